/*
 * What every picture is made of: text that fits, escaped; colours for light and dark.
 *
 * There is no font to ask for widths, and the viewer's is not known: those of Helvetica, with a reserve, stand for all.
 */
#include <string.h>

#include "chart/chart_svg_internal.h"

/* ---- text ------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *class;
    double size_px;
    double wider; /* than Helvetica's regular widths */
} FONTS[] = {{"t", SVG_TITLE_PX, 1.38}, {"l", 12, 1.16}, {"n", 11, 1.16}, {"m", 11, 1.16}};
static_assert(COUNT_OF(FONTS) == SVG_FONT_COUNT, "a font each");

/* Thousandths of the font's size, from the space on (Adobe's metrics of Helvetica). */
static const uint16_t WIDTHS[] = {278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
                                  556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
                                  1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
                                  667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
                                  333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
                                  556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};

double svg_text_width(SvgFont font, Str s) {
    uint64_t sum = 0;
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t rune;
        size_t n = utf8_decode(str_slice(s, i, s.n), &rune);
        sum += c >= 32 && c < 127 ? WIDTHS[c - 32] : 620 * utf8_width(str_slice(s, i, i + n));
        i += n;
    }
    return (double)sum / 1000 * FONTS[font].size_px * FONTS[font].wider;
}

static double title_width(Str s) {
    return svg_text_width(SVG_TITLE, s);
}
static double label_width(Str s) {
    return svg_text_width(SVG_LABEL, s);
}
static double small_width(Str s) {
    return svg_text_width(SVG_SMALL, s);
}

Str svg_cut(Arena *arena, SvgFont font, Str s, double max_px) {
    return chart_cut(arena, s, max_px, font == SVG_TITLE ? title_width : font == SVG_LABEL ? label_width : small_width);
}

/* XML has no U+FFFE and U+FFFF; all else that it forbids is no text that a plot holds. */
static Str entity_of(uint32_t rune) {
    switch (rune) {
    case '&': return S("&amp;");
    case '<': return S("&lt;");
    case '>': return S("&gt;");
    case '"': return S("&quot;");
    case '\'': return S("&#39;");
    case 0xFFFE:
    case 0xFFFF: return S("\xEF\xBF\xBD");
    default: return (Str){0};
    }
}

Str svg_escape(Arena *arena, Str s) {
    s = utf8_printable(arena, s, 0);
    char *p = arena_alloc(arena, size_add(size_mul(s.n, 6), 1));
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        size_t length = utf8_decode(str_slice(s, i, s.n), &rune);
        Str entity = entity_of(rune), as = entity.n ? entity : str_slice(s, i, i + length);
        memcpy(p + n, as.p, as.n);
        n += as.n;
        i += length;
    }
    return (Str){p, n};
}

void svg_add(Svg *svg, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(svg->arena, format, args);
    va_end(args);
    buf_add(svg->buf, text);
}

void svg_end(Svg *svg, const char *element, Str title) {
    svg_add(svg, "><title>%.*s</title></%s>\n", STR_ARG(svg_escape(svg->arena, title)), element);
}

void svg_text_with(Svg *svg, SvgFont font, char anchor, double x, double y, double max_px, Str s, const char *more) {
    const char *anchored = anchor == 'm' ? " text-anchor=\"middle\"" : anchor == 'e' ? " text-anchor=\"end\"" : "";
    Str cut = svg_cut(svg->arena, font, s, max_px), shown = svg_escape(svg->arena, cut);
    svg_add(svg, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\"%s%s>%.*s", FONTS[font].class, x, y, anchored, more,
            STR_ARG(shown));
    if (!str_eq(cut, s)) svg_add(svg, "<title>%.*s</title>", STR_ARG(svg_escape(svg->arena, s)));
    svg_add(svg, "</text>\n");
}

void svg_text(Svg *svg, SvgFont font, char anchor, double x, double y, double max_px, Str s) {
    svg_text_with(svg, font, anchor, x, y, max_px, s, "");
}

size_t svg_wrap(Arena *arena, SvgFont font, Str s, double max_px, Str *lines, size_t max_lines) {
    size_t n = 0;
    s = str_trim(s);
    while (s.n && n < max_lines) {
        size_t end = 0;
        for (size_t i = 1; i <= s.n; i++) {
            if (i < s.n && s.p[i] != ' ') continue;
            if (svg_text_width(font, str_slice(s, 0, i)) > max_px) break;
            end = i;
        }
        if (!end || n + 1 == max_lines) { /* a long word, or the last line */
            lines[n++] = svg_cut(arena, font, s, max_px);
            break;
        }
        lines[n++] = str_slice(s, 0, end);
        s = str_trim(str_slice(s, end, s.n));
    }
    return n;
}

/* ---- colours ---------------------------------------------------------------------------------------------------------- */

/*
 * Series by Okabe and Ito ("Color universal design", 2008), whose colours are told apart by people who see colours otherwise; heat by
 * Brewer's blues, and orange to blue where figures lie on both sides of zero.
 */
typedef struct Colour {
    const char *name;
    const char *light;
    const char *dark;
} Colour;

static const Colour COLOURS[] = {
    {"bg", "#ffffff", "#14191f"},   {"fg", "#1c2430", "#e6ebf1"},   {"muted", "#5b6675", "#9ba8b7"},
    {"grid", "#e4e8ed", "#2b333d"}, {"axis", "#98a3b0", "#5d6977"}, {"c0", "#0072b2", "#4aa8e0"},
    {"c1", "#e69f00", "#f0b541"},   {"c2", "#009e73", "#2fc79b"},   {"c3", "#d55e00", "#f58549"},
    {"c4", "#cc79a7", "#e3a3c5"},   {"c5", "#56b4e9", "#9bd7f7"},   {"c6", "#44337a", "#a79bf0"},
    {"c7", "#7a7f87", "#b4bac2"},
};
static const Colour HEAT[] = {
    {"h0", "#eef5fc", "#10243d"}, {"h1", "#d9e8f5", "#123255"}, {"h2", "#bfd8ed", "#174370"},
    {"h3", "#9ac6e3", "#1e568d"}, {"h4", "#6badd6", "#25659f"}, {"h5", "#4191c6", "#2d74b5"},
    {"h6", "#2171b5", "#78abdc"}, {"h7", "#08519c", "#a8cbec"}, {"h8", "#08306b", "#d8e9f9"},
    {"d0", "#a34f05", "#fdb36b"}, {"d1", "#d0740f", "#b06a28"}, {"d2", "#f4b266", "#8a5322"},
    {"d3", "#fbdcb2", "#5c3e20"}, {"d4", "#f2f2f2", "#2a3038"}, {"d5", "#d0e4f1", "#1f4364"},
    {"d6", "#8fc0de", "#2e6899"}, {"d7", "#3f8dc0", "#3f7fb8"}, {"d8", "#1f5fa6", "#9ccaf2"},
};

static void add_variables(Svg *svg, const Colour *colours, size_t n, bool is_dark) {
    for (size_t i = 0; i < n; i++)
        svg_add(svg, "--%s:%s;", colours[i].name, is_dark ? colours[i].dark : colours[i].light);
}

/* A rule each; the plain colour before the variable is for readers that know none. */
static void add_rules(Svg *svg, const Colour *colours, size_t n) {
    for (size_t i = 0; i < n; i++)
        svg_add(svg, ".starling-chart .%s{fill:%s;fill:var(--%s)}", colours[i].name, colours[i].light, colours[i].name);
    svg_add(svg, "\n");
}

static void add_stroke(Svg *svg, const char *class, const Colour *colour, const char *more) {
    svg_add(svg, ".starling-chart .%s{stroke:%s;stroke:var(--%s)%s}", class, colour->light, colour->name, more);
}

static void add_font(Svg *svg, SvgFont font, const Colour *colour, const char *more) {
    svg_add(svg, ".starling-chart .%s{font-size:%.0fpx;fill:%s;fill:var(--%s)%s}", FONTS[font].class,
            FONTS[font].size_px, colour->light, colour->name, more);
}

void svg_style(Svg *svg, bool has_heat) {
    svg_add(svg, "<style>\n.starling-chart{");
    add_variables(svg, COLOURS, COUNT_OF(COLOURS), false);
    if (has_heat) add_variables(svg, HEAT, COUNT_OF(HEAT), false);
    svg_add(svg, "font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums}\n"
                 "@media (prefers-color-scheme:dark){.starling-chart{");
    add_variables(svg, COLOURS, COUNT_OF(COLOURS), true);
    if (has_heat) add_variables(svg, HEAT, COUNT_OF(HEAT), true);
    svg_add(svg, "}}\n");
    add_font(svg, SVG_TITLE, &COLOURS[1], ";font-weight:600");
    add_font(svg, SVG_LABEL, &COLOURS[1], "");
    add_font(svg, SVG_SMALL, &COLOURS[1], "");
    add_font(svg, SVG_MUTED, &COLOURS[2], "");
    svg_add(svg, "\n");
    add_rules(svg, COLOURS, COUNT_OF(COLOURS)); /* after the fonts', whose colour they may change */
    if (has_heat) add_rules(svg, HEAT, COUNT_OF(HEAT));
    add_stroke(svg, "g", &COLOURS[3], ";stroke-width:1");
    add_stroke(svg, "a", &COLOURS[4], ";stroke-width:1");
    add_stroke(svg, "e", &COLOURS[0], ";stroke-width:1");
    for (int i = 0; i < 8; i++) {
        const char class[] = {'s', (char)('0' + i), '\0'};
        add_stroke(svg, class, &COLOURS[5 + i], ";fill:none");
    }
    svg_add(svg, "\n</style>\n");
}
