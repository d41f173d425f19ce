/* One wave in all lanes: lane l holds the points l, l + L, l + 2L .. of n = L m, for as many lanes L as divide n.
 *
 * Each lane's transform of m points is turned by w_n^(l k); then a transform across the lanes leaves wave number k + m q in lane q
 * (Van Loan, section 3.3). Back it goes the same way, so that nothing is ever put in order.
 */
typedef struct Strided { struct Strided *next; int lanes, m; int64_t n; Wave twiddle; V cosine[LANES], sine[LANES]; } Strided;

static Strided *strided_tables;

static int lanes_of(int64_t n) {
    int lanes = LANES;
    while (n % lanes) lanes /= 2;
    return lanes;
}

/* The tables of such a wave; NULL where memory ends. */
static const Strided *strided_of(int64_t n) {
    pthread_mutex_lock(&planning);
    Strided *strided = strided_tables;
    while (strided && strided->n != n) strided = strided->next;
    if (!strided) {
        const int lanes = lanes_of(n), m = (int)(n / lanes);
        V *room = room_for(1, m);
        strided = aligned_alloc(64, (sizeof(Strided) + 63) / 64 * 64);
        if (!strided || !room) {
            free(strided), free(room);
            strided = NULL;
        } else {
            strided->next = strided_tables, strided->lanes = lanes, strided->m = m, strided->n = n, strided->twiddle = wave_at(room, 0, m);
            for (int l = 0; l < LANES; l++)
                for (int q = 0; q < LANES; q++) {
                    const int held = l < lanes && q < lanes;
                    strided->cosine[l][q] = held ? (REAL)cos(2 * M_PI * (l * q % lanes) / lanes) : 0;
                    strided->sine[l][q] = held ? (REAL)-sin(2 * M_PI * (l * q % lanes) / lanes) : 0;
                }
            for (int k = 0; k < m; k++)
                for (int l = 0; l < LANES; l++) {
                    const double angle = -2 * M_PI * (double)((int64_t)l * k % n) / (double)n;
                    strided->twiddle.re[k][l] = (REAL)cos(angle), strided->twiddle.im[k][l] = (REAL)sin(angle);
                }
            strided_tables = strided;
        }
    }
    pthread_mutex_unlock(&planning);
    return strided;
}

/* Between a transform and the inverse one: across the lanes, times the factors there, and across them back again. */
INLINED void across(const Strided *strided, const int lanes, const enum Factor factor, Wave x, Wave by) {
    const V *c = strided->cosine, *s = strided->sine;
    for (int k = 0; k < strided->m; k++) {
        const V tr = strided->twiddle.re[k], ti = strided->twiddle.im[k];
        V yr = x.re[k] * tr - x.im[k] * ti, yi = x.re[k] * ti + x.im[k] * tr;
        V zr = yr[0] * c[0], zi = yi[0] * c[0];
        for (int l = 1; l < lanes; l++) {
            zr += yr[l] * c[l] - yi[l] * s[l];
            zi += yr[l] * s[l] + yi[l] * c[l];
        }
        if (factor == REAL_ONES) zr *= by.re[k], zi *= by.re[k];
        else yr = zr * by.re[k] - zi * by.im[k], zi = zr * by.im[k] + zi * by.re[k], zr = yr;
        yr = zr[0] * c[0], yi = zi[0] * c[0];
        for (int q = 1; q < lanes; q++) {
            yr += zr[q] * c[q] + zi[q] * s[q];
            yi += zi[q] * c[q] - zr[q] * s[q];
        }
        x.re[k] = yr * tr + yi * ti, x.im[k] = yi * tr - yr * ti;
    }
}

#define ACROSS(L) case L: across(strided, L, factor, x, by); break;
INLINED void through(const Strided *strided, const enum Factor factor, Wave x, Wave by) {
    switch (strided->lanes) { ACROSS(1) ACROSS(2) ACROSS(4) ACROSS(8) ACROSS(16) }
}

static void gather_strided(const Complex *from, const Strided *strided, Wave to) {
    for (int k = 0; k < strided->m; k++)
        for (int l = 0; l < LANES; l++) {
            Complex one = l < strided->lanes ? from[k * strided->lanes + l] : (Complex){0, 0};
            to.re[k][l] = one.re, to.im[k][l] = one.im;
        }
}

static void scatter_strided(Wave from, const Strided *strided, Complex *to) {
    for (int k = 0; k < strided->m; k++)
        for (int l = 0; l < strided->lanes; l++) to[k * strided->lanes + l] = (Complex){from.re[k][l], from.im[k][l]};
}
