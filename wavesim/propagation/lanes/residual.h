/* What a grid misses of V psi at several times, a lane each, weighed by gradients: the sums of `wavesim.analysis.bars.residuals`. */

/* The grid of a run and a finer one, V at rest on both. */
typedef struct {
    const Plan *own, *fine;
    int n, wide;
    /* in all lanes; on the finer grid divided by n, for spectra come there unscaled */
    V *samples, *potential;
    /* buffers of the finer grid */
    Wave one, other;
} Grids;

static const Wave NOTHING = {NULL, NULL};

static void copy(Wave from, int n, REAL factor, Wave to) {
    for (int i = 0; i < n; i++) to.re[i] = from.re[i] * factor, to.im[i] = from.im[i] * factor;
}

/* A spectrum of n waves among `wide`; the highest wave goes to both ends. */
static void spread(Wave from, int n, int wide, Wave to) {
    const int half = n / 2, beyond = wide - n;
    for (int i = 0; i < half; i++) to.re[i] = from.re[i], to.im[i] = from.im[i];
    for (int i = half + 1; i < wide - half; i++) to.re[i] = to.im[i] = (V){0};
    for (int i = half + 1; i < n; i++) to.re[i + beyond] = from.re[i], to.im[i + beyond] = from.im[i];
    to.re[half] = to.re[wide - half] = from.re[half] * (REAL)0.5;
    to.im[half] = to.im[wide - half] = from.im[half] * (REAL)0.5;
}

static void spectrum_of(const Grids *g, Wave psi, enum Factor factor, Wave by, Wave to) {
    copy(transformed(g->own, psi, factor, by, g->one, g->other), g->n, 1, to);
}

/* F V F^-1 of a spectrum on the finer grid that stands in the first buffer, and comes back in either. */
static Wave scattered(const Grids *g) {
    Wave wave = inverted(g->fine, g->one, NONE, NOTHING, g->other, g->one);
    Wave free = wave.re == g->one.re ? g->other : g->one;
    return transformed(g->fine, wave, REAL_ONES, (Wave){g->potential, NULL}, free, wave);
}

/* The spectra of V psi - I(V psi) on the finer grid, and of I(V psi) on the run's. */
static void missed(const Grids *g, Wave psi, Wave spectrum, Wave kicked, Wave out) {
    const int half = g->n / 2, beyond = g->wide - g->n;
    const REAL finer = (REAL)g->wide / (REAL)g->n;
    spectrum_of(g, psi, REAL_ONES, (Wave){g->samples, NULL}, kicked);
    spread(spectrum, g->n, g->wide, g->one);
    copy(scattered(g), g->wide, 1, out);
    for (int i = 0; i < g->n; i++) {
        const REAL share = i == half ? finer / 2 : finer;
        const int to = i < half ? i : i + beyond;
        out.re[to] -= share * kicked.re[i], out.im[to] -= share * kicked.im[i];
    }
    out.re[half] -= finer / 2 * kicked.re[half], out.im[half] -= finer / 2 * kicked.im[half];
}

/* <left|right>, where both are on the finer grid. */
static Wave product(Wave left, Wave right, int wide, V *sum) {
    sum[0] = sum[1] = (V){0};
    for (int i = 0; i < wide; i++) {
        sum[0] += left.re[i] * right.re[i] + left.im[i] * right.im[i];
        sum[1] += left.re[i] * right.im[i] - left.im[i] * right.re[i];
    }
    return (Wave){sum, sum + 1};
}

static void put(Wave sum, REAL scale, const Group *group, int64_t first, int64_t times, int64_t stride, Complex *to) {
    for (int l = 0; l < LANES && first + l < times; l++)
        to[group->wave[l] * stride] = (Complex){sum.re[0][l] * scale, sum.im[0][l] * scale};
}

static V root(V square) {
    for (int l = 0; l < LANES; l++) square[l] = (REAL)sqrt(square[l]);
    return square;
}

static void put_norms(Wave wave, int wide, const Group *group, int64_t first, int64_t times, int64_t stride, REAL *to) {
    V sum = {0};
    for (int i = 0; i < wide; i++) sum += wave.re[i] * wave.re[i] + wave.im[i] * wave.im[i];
    sum = root(sum);
    for (int l = 0; l < LANES && first + l < times; l++) to[group->wave[l] * stride] = sum[l];
}

static int is_nothing(Wave wave, int n) {
    V sum = {0};
    for (int i = 0; i < n; i++) sum += wave.re[i] * wave.re[i] + wave.im[i] * wave.im[i];
    for (int l = 0; l < LANES; l++)
        if (sum[l] != 0) return 0;
    return 1;
}

/* <phi|R> and <phi'|R> of several gradients, order by order, phi' what the run backward misses of phi; see `_calls.py` for what is what. Not 0
 * where it cannot be made. */
int residual_products(const Complex *psi, const Complex *phi, int64_t numbers, int64_t times, int64_t n, int64_t wide, const REAL *samples,
                      const REAL *potential, const REAL *moving, const REAL *green, const REAL *unseen, const REAL *of_a_turn, const REAL *weights,
                      int64_t turns, Complex *products, REAL *norms, Complex *free_ones, Complex *rests, REAL *spectra) {
    const Plan *own = plan_of((int)n), *fine = plan_of((int)wide);
    V *room = room_for(10, wide), *spectrum_room = room_for((numbers + 1) / 2, wide);
    const int fails = !own || !fine || !room || !spectrum_room;
    if (!fails) {
        Wave res = wave_at(room, 0, wide), one = wave_at(room, 1, wide), two = wave_at(room, 2, wide), x = wave_at(room, 3, wide);
        Wave spectrum = wave_at(room, 4, wide), kicked = wave_at(room, 5, wide), turned = wave_at(room, 6, wide), tabled = wave_at(room, 7, wide);
        const Grids g = {own, fine, (int)n, (int)wide, tabled.re, tabled.im, wave_at(room, 8, wide), wave_at(room, 9, wide)};
        for (int i = 0; i < n; i++) g.samples[i] = (V){0} + samples[i];
        for (int i = 0; i < wide; i++) g.potential[i] = (V){0} + potential[i] / (REAL)n;
        for (int64_t i = 0; i < numbers * wide; i++) spectrum_room[i] = (V){0};
        for (int64_t begun = 0; begun < times; begun += LANES) {
            const Group group = group_at(begun, times, times);
            V weight = {0}, sum[2];
            for (int l = 0; l < LANES && begun + l < times; l++) weight[l] = weights[begun + l];
            gather(psi, n, group.wave, (int)n, 1, 1, x);
            spectrum_of(&g, x, NONE, NOTHING, spectrum);
            missed(&g, x, spectrum, kicked, res);
            for (int64_t number = 0; number < numbers; number++) {
                const int64_t at = number * times;
                gather(phi + at * n, n, group.wave, (int)n, 1, 1, x);
                if (is_nothing(x, (int)n)) continue;
                spectrum_of(&g, x, NONE, NOTHING, spectrum);
                missed(&g, x, spectrum, kicked, one);
                for (int i = 0; i < wide; i++) one.re[i] *= green[i], one.im[i] *= green[i];
                spread(spectrum, g.n, g.wide, g.one);
                put(product(g.one, res, g.wide, sum), (REAL)wide / (REAL)n, &group, begun, times, 3, products + 3 * at);
                put(product(one, res, g.wide, sum), 1, &group, begun, times, 3, products + 3 * at + 1);
                put_norms(one, g.wide, &group, begun, times, 2, norms + 2 * at);
                V *outside = spectrum_room + number * wide;
                for (int i = 0; i < wide; i++)
                    outside[i] += weight * root((one.re[i] * one.re[i] + one.im[i] * one.im[i]) * (res.re[i] * res.re[i] + res.im[i] * res.im[i]));
                /* (H - E) phi */
                for (int i = 0; i < n; i++) {
                    turned.re[i] = moving[i] * spectrum.re[i] + kicked.re[i], turned.im[i] = moving[i] * spectrum.im[i] + kicked.im[i];
                }
                copy(inverted(own, turned, NONE, NOTHING, g.one, g.other), g.n, (REAL)1 / (REAL)n, x);
                missed(&g, x, turned, kicked, two);
                copy(one, g.wide, (REAL)n / (REAL)wide, g.one);
                Wave again = scattered(&g);
                for (int i = 0; i < wide; i++) {
                    two.re[i] = green[i] * (again.re[i] - green[i] * two.re[i]), two.im[i] = green[i] * (again.im[i] - green[i] * two.im[i]);
                }
                put(product(two, res, g.wide, sum), 1, &group, begun, times, 3, products + 3 * at + 2);
                put_norms(two, g.wide, &group, begun, times, 2, norms + 2 * at + 1);
                if (!turns) continue;
                /* (H - E)^2 phi/(T - E)^2 */
                for (int i = 0; i < n; i++) {
                    spectrum.re[i] = unseen[i] * (moving[i] * turned.re[i] + kicked.re[i]);
                    spectrum.im[i] = unseen[i] * (moving[i] * turned.im[i] + kicked.im[i]);
                }
                spread(spectrum, g.n, g.wide, g.one);
                put(product(g.one, res, g.wide, sum), (REAL)wide / (REAL)n, &group, begun, times, 1, free_ones + at);
                for (int i = 0; i < n; i++) spectrum.re[i] *= of_a_turn[i], spectrum.im[i] *= of_a_turn[i];
                spread(spectrum, g.n, g.wide, g.one);
                put(product(g.one, res, g.wide, sum), (REAL)wide / (REAL)n, &group, begun, times, 1, rests + at);
            }
        }
        for (int64_t i = 0; i < numbers * wide; i++) {
            spectra[i] = 0;
            for (int l = 0; l < LANES; l++) spectra[i] += spectrum_room[i][l];
        }
    }
    free(room), free(spectrum_room);
    return fails;
}
