/* Steps of many problems at once on one core, for XLA and for ctypes. Compiled once for double and once for single precision: see `_library.py`. */

#include "xla/ffi/api/c_api.h"

#include "transform.h"
/* one wave in all lanes */
#include "one_wave.h"
#include "steps.h"
#include "residual.h"

typedef XLA_FFI_CallFrame Frame;

static XLA_FFI_Error *refused(const Frame *frame, const char *message) {
    XLA_FFI_Error_Create_Args error = {.struct_size = sizeof error, .message = message, .errc = XLA_FFI_Error_Code_INVALID_ARGUMENT};
    return frame->api->XLA_FFI_Error_Create(&error);
}

/* XLA asks once which version of its interface this was compiled for. */
static int asks_version(const Frame *frame) {
    for (XLA_FFI_Extension_Base *asked = frame->extension_start; asked; asked = asked->next)
        if (asked->type == XLA_FFI_Extension_Metadata) {
            XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)asked)->metadata;
            metadata->api_version.major_version = XLA_FFI_API_MAJOR;
            metadata->api_version.minor_version = XLA_FFI_API_MINOR;
            metadata->traits = 0;
            return 1;
        }
    return 0;
}

static const XLA_FFI_Buffer *argument(const Frame *frame, int place) { return frame->args.args[place]; }

static void *result(const Frame *frame, int place) { return ((XLA_FFI_Buffer *)frame->rets.rets[place])->data; }

static int64_t size_of(const XLA_FFI_Buffer *buffer) {
    int64_t size = 1;
    for (int64_t axis = 0; axis < buffer->rank; axis++) size *= buffer->dims[axis];
    return size;
}

static int64_t last_of(const XLA_FFI_Buffer *buffer) { return buffer->dims[buffer->rank - 1]; }

static const char *REFUSAL = "a compiled step needs points that are products of 2, 3, 5 and 7, as many coefficients as terms, and memory";

/* psi, kinetic, potential, coefficients, terms -> psi after one step. */
XLA_FFI_Error *chebyshev_step(Frame *frame) {
    if (asks_version(frame)) return NULL;
    const XLA_FFI_Buffer *psi = argument(frame, 0), *kinetic = argument(frame, 1), *series_of = argument(frame, 3);
    const int64_t n = last_of(psi);
    const int fails = chebyshev(psi->data, size_of(psi) / n, n, kinetic->data, argument(frame, 2)->data, size_of(kinetic) / n, series_of->data,
                                last_of(series_of), *(const int32_t *)argument(frame, 4)->data, result(frame, 0));
    return fails ? refused(frame, REFUSAL) : NULL;
}

/* psi, kicks, drifts, repeats -> psi after kick and drift of every stage, so often. */
XLA_FFI_Error *kicks_and_drifts(Frame *frame) {
    if (asks_version(frame)) return NULL;
    const XLA_FFI_Buffer *psi = argument(frame, 0), *kicks = argument(frame, 1);
    const int64_t n = last_of(psi), count = kicks->dims[kicks->rank - 2];
    const int fails = splitting(psi->data, size_of(psi) / n, n, kicks->data, argument(frame, 2)->data, size_of(kicks) / (n * count), count,
                                *(const int32_t *)argument(frame, 3)->data, result(frame, 0));
    return fails ? refused(frame, REFUSAL) : NULL;
}
