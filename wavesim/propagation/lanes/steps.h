/* Steps of waves of n points: as many as fill vectors side by side, a lane each, the others one by one. */

/* Which lane holds which of several waves, and whose tables it meets. */
typedef struct { int64_t wave[LANES], table[LANES]; } Group;

static Group group_at(int64_t first, int64_t waves, int64_t tables) {
    Group group;
    for (int l = 0; l < LANES; l++) {
        group.wave[l] = first + l < waves ? first + l : waves - 1;
        group.table[l] = group.wave[l] / (waves / tables);
    }
    return group;
}

static void gather(const Complex *from, int64_t stride, const int64_t *place, int n, REAL factor, REAL sign, Wave to) {
    for (int l = 0; l < LANES; l++) {
        const Complex *one = from + place[l] * stride;
        for (int i = 0; i < n; i++) to.re[i][l] = one[i].re * factor, to.im[i][l] = one[i].im * factor * sign;
    }
}

static void gather_real(const REAL *from, const int64_t *place, int n, REAL factor, V *to) {
    for (int l = 0; l < LANES; l++)
        for (int i = 0; i < n; i++) to[i][l] = from[place[l] * n + i] * factor;
}

static void scatter(Wave from, int n, const Group *group, int64_t first, int64_t waves, Complex *to) {
    for (int l = 0; l < LANES && first + l < waves; l++)
        for (int i = 0; i < n; i++) to[group->wave[l] * n + i] = (Complex){from.re[i][l], from.im[i][l]};
}

/* exp(-i H dt) psi = sum c_m T_m(H) psi, H = F^-1 K F + V scaled to [-1, 1]: T_(m+1) = 2 H T_m - T_(m-1); of one wave in all lanes where `strided` is given. */
INLINED void series(const Plan *plan, const Strided *strided, int terms, V *kinetic, const V *potential, Wave c, Wave before, Wave now, Wave total, Wave one, Wave other) {
    const int n = plan->points;
    for (int i = 0; i < n; i++) {
        before.re[i] = before.im[i] = (V){0};
        total.re[i] = c.re[0] * now.re[i] - c.im[0] * now.im[i];
        total.im[i] = c.re[0] * now.im[i] + c.im[0] * now.re[i];
    }
    for (int m = 1; m < terms; m++) {
        Wave none = {NULL, NULL}, by = {kinetic, NULL};
        Wave there = transformed(plan, now, NONE, none, one, other);
        Wave free = there.re == one.re ? other : one;
        if (strided) through(strided, REAL_ONES, there, by);
        Wave moved = inverted(plan, there, strided ? NONE : REAL_ONES, by, free, there);
        /* T_1 = H, as if T_(-1) were 0 */
        const REAL twice = m == 1 ? 1 : 2;
        const V cr = c.re[m], ci = c.im[m];
        for (int i = 0; i < n; i++) {
            V re = twice * (moved.re[i] + potential[i] * now.re[i]) - before.re[i];
            V im = twice * (moved.im[i] + potential[i] * now.im[i]) - before.im[i];
            before.re[i] = re, before.im[i] = im;
            total.re[i] += cr * re - ci * im;
            total.im[i] += cr * im + ci * re;
        }
        Wave after = before;
        before = now, now = after;
    }
}

/* How many of the waves fill vectors, a lane each; the others are done sooner one by one, in all lanes that divide their points. */
static int64_t side_by_side(int64_t waves, int64_t n) {
    const int64_t rest = waves % LANES;
    /* what goes across the lanes takes about half as long as the transforms (measured) */
    return 3 * rest < 2 * lanes_of(n) ? waves - rest : waves;
}

static int chebyshev_strided(const Complex *psi, int64_t first, int64_t waves, int64_t n, const REAL *kinetic, const REAL *potential, int64_t tables,
                           const Complex *coefficients, int64_t most, int64_t terms, Complex *out) {
    const int64_t m = n / lanes_of(n);
    const Plan *plan = plan_of((int)m);
    const Strided *strided = strided_of(n);
    V *room = room_for(6, m), *series_room = room_for(1, most);
    const int fails = !plan || !strided || !room || !series_room;
    if (!fails) {
        Wave now = wave_at(room, 0, m), before = wave_at(room, 1, m), total = wave_at(room, 2, m), tabled = wave_at(room, 3, m);
        Wave c = wave_at(series_room, 0, most);
        for (int64_t wave = first; wave < waves; wave++) {
            const int64_t table = wave / (waves / tables);
            for (int k = 0; k < m; k++)
                for (int l = 0; l < LANES; l++) {
                    int held = l < strided->lanes;
                    tabled.re[k][l] = held ? kinetic[table * n + k + m * l] / (REAL)n : 0;
                    tabled.im[k][l] = held ? potential[table * n + k * strided->lanes + l] : 0;
                }
            for (int64_t j = 0; j < terms; j++) {
                Complex one = coefficients[table * most + j];
                c.re[j] = (V){0} + one.re, c.im[j] = (V){0} + one.im;
            }
            gather_strided(psi + wave * n, strided, now);
            series(plan, strided, (int)terms, tabled.re, tabled.im, c, before, now, total, wave_at(room, 4, m), wave_at(room, 5, m));
            scatter_strided(total, strided, out + wave * n);
        }
    }
    free(room), free(series_room);
    return fails;
}

/* One step by a Chebyshev series of `waves` waves of n points, of which as many as fall to one of the `tables` share it. Not 0 where it cannot be made. */
int chebyshev(const Complex *psi, int64_t waves, int64_t n, const REAL *kinetic, const REAL *potential, int64_t tables, const Complex *coefficients,
              int64_t most, int64_t terms, Complex *out) {
    if (terms > most) return 1;
    const int64_t together = side_by_side(waves, n);
    if (together < waves && chebyshev_strided(psi, together, waves, n, kinetic, potential, tables, coefficients, most, terms, out)) return 1;
    const Plan *plan = plan_of((int)n);
    V *room = room_for(6, n), *series_room = room_for(1, most);
    const int fails = !plan || !room || !series_room;
    for (int64_t first = 0; !fails && first < together; first += LANES) {
        Wave now = wave_at(room, 0, n), before = wave_at(room, 1, n), total = wave_at(room, 2, n), tabled = wave_at(room, 3, n);
        Wave c = wave_at(series_room, 0, most);
        Group group = group_at(first, waves, tables);
        gather(psi, n, group.wave, (int)n, 1, 1, now);
        gather_real(kinetic, group.table, (int)n, (REAL)1 / (REAL)n, tabled.re);
        gather_real(potential, group.table, (int)n, 1, tabled.im);
        gather(coefficients, most, group.table, (int)terms, 1, 1, c);
        series(plan, NULL, (int)terms, tabled.re, tabled.im, c, before, now, total, wave_at(room, 4, n), wave_at(room, 5, n));
        scatter(total, (int)n, &group, first, waves, out);
    }
    free(room), free(series_room);
    return fails;
}

static int splitting_strided(const Complex *psi, int64_t first, int64_t waves, int64_t n, const Complex *kicks, const Complex *drifts, int64_t tables, int64_t count,
                           int64_t repeats, Complex *out) {
    const int64_t m = n / lanes_of(n);
    const Plan *plan = plan_of((int)m);
    const Strided *strided = strided_of(n);
    V *room = room_for(3, m), *tabled = room_for(2 * count, m);
    const int fails = !plan || !strided || !room || !tabled;
    if (!fails) {
        int64_t known = -1;
        for (int64_t wave = first; wave < waves; wave++) {
            const int64_t table = wave / (waves / tables);
            Wave now = wave_at(room, 0, m), one = wave_at(room, 1, m), other = wave_at(room, 2, m);
            for (int64_t j = 0; j < count && table != known; j++) {
                gather_strided(kicks + (table * count + j) * n, strided, wave_at(tabled, 2 * j, m));
                Wave drift = wave_at(tabled, 2 * j + 1, m);
                for (int k = 0; k < m; k++)
                    for (int l = 0; l < LANES; l++) {
                        Complex factor = l < strided->lanes ? drifts[(table * count + j) * n + k + m * l] : (Complex){0, 0};
                        drift.re[k][l] = factor.re / (REAL)n, drift.im[k][l] = factor.im / (REAL)n;
                    }
            }
            known = table;
            gather_strided(psi + wave * n, strided, now);
            for (int64_t stage = 0; stage < repeats * count; stage++) {
                const int64_t j = stage % count;
                Wave none = {NULL, NULL}, there = transformed(plan, now, COMPLEX_ONES, wave_at(tabled, 2 * j, m), one, other);
                Wave left = there.re == one.re ? other : one;
                through(strided, COMPLEX_ONES, there, wave_at(tabled, 2 * j + 1, m));
                Wave back = inverted(plan, there, NONE, none, left, now);
                Wave rest = back.re == now.re ? left : now;
                now = back, one = rest, other = there;
            }
            scatter_strided(now, strided, out + wave * n);
        }
    }
    free(room), free(tabled);
    return fails;
}

/* Kick and drift of `count` stages, `repeats` times: the drifts conjugated and divided by n, for they meet an inverse transform. */
int splitting(const Complex *psi, int64_t waves, int64_t n, const Complex *kicks, const Complex *drifts, int64_t tables, int64_t count, int64_t repeats,
              Complex *out) {
    const int64_t together = side_by_side(waves, n);
    if (together < waves && splitting_strided(psi, together, waves, n, kicks, drifts, tables, count, repeats, out)) return 1;
    const Plan *plan = plan_of((int)n);
    V *room = room_for(3, n), *tabled = room_for(2 * count, n);
    const int fails = !plan || !room || !tabled;
    for (int64_t first = 0; !fails && first < together; first += LANES) {
        Group group = group_at(first, waves, tables);
        Wave now = wave_at(room, 0, n), one = wave_at(room, 1, n), other = wave_at(room, 2, n);
        gather(psi, n, group.wave, (int)n, 1, 1, now);
        for (int64_t j = 0; j < count; j++) {
            gather(kicks + j * n, count * n, group.table, (int)n, 1, 1, wave_at(tabled, 2 * j, n));
            gather(drifts + j * n, count * n, group.table, (int)n, (REAL)1 / (REAL)n, -1, wave_at(tabled, 2 * j + 1, n));
        }
        for (int64_t stage = 0; stage < repeats * count; stage++) {
            const int64_t j = stage % count;
            Wave there = transformed(plan, now, COMPLEX_ONES, wave_at(tabled, 2 * j, n), one, other);
            Wave left = there.re == one.re ? other : one;
            Wave back = inverted(plan, there, COMPLEX_ONES, wave_at(tabled, 2 * j + 1, n), left, now);
            /* three buffers go round */
            Wave rest = back.re == now.re ? left : now;
            now = back, one = rest, other = there;
        }
        scatter(now, (int)n, &group, first, waves, out);
    }
    free(room), free(tabled);
    return fails;
}
