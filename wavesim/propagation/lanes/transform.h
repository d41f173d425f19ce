/* Transforms of many waves at once on one core: a vector holds one point of LANES waves.
 *
 * Nothing is shuffled: all waves of a group meet the same twiddle factors, and every other number stands in its own lane. The transforms
 * are Stockham's, which need no reordering, with radices 2, 3, 4, 5 and 7 (C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992,
 * section 1.7). An inverse transform is a forward one of (im, re).
 */

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef SINGLE
typedef float REAL;
#else
typedef double REAL;
#endif
#ifdef __AVX512F__
#define WIDTH 64
#else
#define WIDTH 32
#endif
#define LANES ((int)(WIDTH / sizeof(REAL)))

typedef REAL V __attribute__((vector_size(WIDTH)));
typedef struct { REAL re, im; } Complex;
/* a point of all lanes apart in real and imaginary parts */
typedef struct { V *re, *im; } Wave;
/* what the first stage multiplies by: nothing, real numbers, or complex ones */
enum Factor { NONE, REAL_ONES, COMPLEX_ONES };

#define MOST_STAGES 40
#define INLINED static inline __attribute__((always_inline))

typedef struct Plan {
    struct Plan *next;
    int points, stages, radix[MOST_STAGES];
    REAL *cosine, *sine;
} Plan;

static Plan *plans;
static pthread_mutex_t planning = PTHREAD_MUTEX_INITIALIZER;

/* The stages and twiddle factors of a transform; NULL where another prime divides it, or memory ends. */
static const Plan *plan_of(int points) {
    pthread_mutex_lock(&planning);
    Plan *plan = plans;
    while (plan && plan->points != points) plan = plan->next;
    if (!plan) {
        static const int radices[] = {7, 5, 3, 4, 2};
        int rest = points;
        plan = calloc(1, sizeof(Plan));
        REAL *table = malloc(2 * (size_t)points * sizeof(REAL));
        for (int place = 0; plan && place < 5; place++)
            for (; rest % radices[place] == 0; rest /= radices[place]) plan->radix[plan->stages++] = radices[place];
        if (!plan || !table || rest != 1) {
            free(plan);
            free(table);
            plan = NULL;
        } else {
            plan->points = points;
            plan->cosine = table;
            plan->sine = table + points;
            for (int n = 0; n < points; n++) {
                double angle = -2 * M_PI * n / points;
                plan->cosine[n] = (REAL)cos(angle);
                plan->sine[n] = (REAL)sin(angle);
            }
            plan->next = plans;
            plans = plan;
        }
    }
    pthread_mutex_unlock(&planning);
    return plan;
}

/* The transform of r numbers, r a constant: the branches of the others are left out by the compiler. */
INLINED void butterfly(const int r, const V *re, const V *im, V *or, V *oi) {
    if (r == 2) {
        or[0] = re[0] + re[1], oi[0] = im[0] + im[1];
        or[1] = re[0] - re[1], oi[1] = im[0] - im[1];
    } else if (r == 3) {
        const REAL half = 0.5, high = 0.86602540378443864676;
        V sr = re[1] + re[2], si = im[1] + im[2], dr = (re[1] - re[2]) * high, di = (im[1] - im[2]) * high;
        V mr = re[0] - half * sr, mi = im[0] - half * si;
        or[0] = re[0] + sr, oi[0] = im[0] + si;
        or[1] = mr + di, oi[1] = mi - dr;
        or[2] = mr - di, oi[2] = mi + dr;
    } else if (r == 4) {
        V ar = re[0] + re[2], ai = im[0] + im[2], br = re[0] - re[2], bi = im[0] - im[2];
        V cr = re[1] + re[3], ci = im[1] + im[3], dr = re[1] - re[3], di = im[1] - im[3];
        or[0] = ar + cr, oi[0] = ai + ci;
        or[1] = br + di, oi[1] = bi - dr;
        or[2] = ar - cr, oi[2] = ai - ci;
        or[3] = br - di, oi[3] = bi + dr;
    } else {
        /* odd r: pairs k and r - k share a cosine and a sine */
        static const REAL cosines[2][3] = {
            {0.30901699437494742410, -0.80901699437494742410, 0},
            {0.62348980185873353053, -0.22252093395631440429, -0.90096886790241912624}};
        static const REAL sines[2][3] = {
            {0.95105651629515357212, 0.58778525229247312917, 0},
            {0.78183148246802980871, 0.97492791218182360702, 0.43388373911755812048}};
        const int half = (r - 1) / 2, which = r == 7;
        V sr[3], si[3], dr[3], di[3];
        or[0] = re[0], oi[0] = im[0];
        for (int k = 0; k < half; k++) {
            sr[k] = re[k + 1] + re[r - 1 - k], si[k] = im[k + 1] + im[r - 1 - k];
            dr[k] = re[k + 1] - re[r - 1 - k], di[k] = im[k + 1] - im[r - 1 - k];
            or[0] += sr[k], oi[0] += si[k];
        }
        for (int j = 1; j <= half; j++) {
            V mr = re[0], mi = im[0], nr = {0}, ni = {0};
            for (int k = 0; k < half; k++) {
                int turn = (j * (k + 1)) % r, back = turn > half;
                int place = (back ? r - turn : turn) - 1;
                REAL c = cosines[which][place], s = back ? -sines[which][place] : sines[which][place];
                mr += c * sr[k], mi += c * si[k];
                nr += s * dr[k], ni += s * di[k];
            }
            or[j] = mr + ni, oi[j] = mi - nr;
            or[r - j] = mr - ni, oi[r - j] = mi + nr;
        }
    }
}

INLINED void stage(const int r, const enum Factor factor, const int n, const int s, const V *restrict xr, const V *restrict xi,
                   const V *restrict fr, const V *restrict fi, V *restrict yr, V *restrict yi, const Plan *plan) {
    const int m = n / r;
    for (int p = 0; p < m; p++) {
        REAL c[7], d[7];
        for (int j = 1; j < r; j++) c[j] = plan->cosine[j * p * s], d[j] = plan->sine[j * p * s];
        for (int q = 0; q < s; q++) {
            V re[7], im[7], or[7], oi[7];
#pragma GCC unroll 7
            for (int k = 0; k < r; k++) {
                const int from = q + s * (p + m * k);
                re[k] = xr[from], im[k] = xi[from];
                if (factor == REAL_ONES) re[k] *= fr[from], im[k] *= fr[from];
                if (factor == COMPLEX_ONES) {
                    V turned = re[k] * fr[from] - im[k] * fi[from];
                    im[k] = re[k] * fi[from] + im[k] * fr[from], re[k] = turned;
                }
            }
            butterfly(r, re, im, or, oi);
            const int to = q + s * r * p;
            yr[to] = or[0], yi[to] = oi[0];
#pragma GCC unroll 7
            for (int j = 1; j < r; j++) {
                if (p) {
                    yr[to + s * j] = or[j] * c[j] - oi[j] * d[j];
                    yi[to + s * j] = or[j] * d[j] + oi[j] * c[j];
                } else {
                    yr[to + s * j] = or[j], yi[to + s * j] = oi[j];
                }
            }
        }
    }
}

#define STAGE(R, F) case R: stage(R, F, n, s, xr, xi, fr, fi, yr, yi, plan); break;
#define STAGES(NAME, F) \
    static void NAME(int r, int n, int s, const V *xr, const V *xi, const V *fr, const V *fi, V *yr, V *yi, const Plan *plan) { \
        switch (r) { STAGE(2, F) STAGE(3, F) STAGE(4, F) STAGE(5, F) STAGE(7, F) } \
    }
STAGES(plain, NONE)
STAGES(scaled, REAL_ONES)
STAGES(turned, COMPLEX_ONES)

/* The transform of x times the factors, in one of the two buffers, which is returned; x is left as it is. */
static Wave transformed(const Plan *plan, Wave x, enum Factor factor, Wave by, Wave one, Wave other) {
    int n = plan->points, s = 1;
    Wave to = one;
    for (int place = 0; place < plan->stages; place++) {
        int r = plan->radix[place];
        if (place || factor == NONE) plain(r, n, s, x.re, x.im, NULL, NULL, to.re, to.im, plan);
        else if (factor == REAL_ONES) scaled(r, n, s, x.re, x.im, by.re, NULL, to.re, to.im, plan);
        else turned(r, n, s, x.re, x.im, by.re, by.im, to.re, to.im, plan);
        n /= r, s *= r;
        x = to;
        to = to.re == one.re ? other : one;
    }
    return x;
}

/* The inverse transform without its 1/n: factors must be conjugated, for it is the transform of (im, re). */
static Wave inverted(const Plan *plan, Wave x, enum Factor factor, Wave by, Wave one, Wave other) {
    Wave swapped = {x.im, x.re}, first = {one.im, one.re}, second = {other.im, other.re};
    Wave out = transformed(plan, swapped, factor, by, first, second);
    return (Wave){out.im, out.re};
}

/* Vectors for `count` waves of n points, or NULL. */
static V *room_for(int64_t count, int64_t n) { return aligned_alloc(64, ((2 * count * n * sizeof(V) + 63) / 64) * 64); }

static Wave wave_at(V *room, int64_t place, int64_t n) { return (Wave){room + 2 * place * n, room + (2 * place + 1) * n}; }


/* The largest error of a transform and its inverse of n points, against sums by hand: what a compiler made is tried before it is used. */
double worst_error(int n) {
    const Plan *plan = plan_of(n);
    V *room = aligned_alloc(64, 6 * (size_t)n * sizeof(V));
    double worst = plan && room ? 0 : INFINITY;
    if (plan && room) {
        Wave x = {room, room + n}, one = {room + 2 * n, room + 3 * n}, other = {room + 4 * n, room + 5 * n}, none = {NULL, NULL};
        for (int i = 0; i < n; i++)
            for (int l = 0; l < LANES; l++) x.re[i][l] = (REAL)cos(0.7 * i * i + l), x.im[i][l] = (REAL)sin(1.3 * i + 0.2 * l);
        Wave there = transformed(plan, x, NONE, none, one, other);
        for (int k = 0; k < n; k++)
            for (int l = 0; l < LANES; l++) {
                double re = 0, im = 0;
                for (int i = 0; i < n; i++) {
                    double c = plan->cosine[(int64_t)i * k % n], s = plan->sine[(int64_t)i * k % n];
                    re += c * x.re[i][l] - s * x.im[i][l], im += c * x.im[i][l] + s * x.re[i][l];
                }
                worst = fmax(worst, fmax(fabs(re - there.re[k][l]), fabs(im - there.im[k][l])));
            }
        Wave free_one = there.re == one.re ? other : one;
        Wave back = inverted(plan, there, NONE, none, free_one, there);
        for (int i = 0; i < n; i++)
            for (int l = 0; l < LANES; l++)
                worst = fmax(worst, fmax(fabs(back.re[i][l] / n - x.re[i][l]), fabs(back.im[i][l] / n - x.im[i][l])));
    }
    free(room);
    return worst;
}
