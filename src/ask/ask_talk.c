/* What is said beside a question: statements, preambles, thanks. */
#include "ask/ask_internal.h"

typedef struct Sentence {
    size_t from, to; /* tokens; its stop is the last */
    bool is_question;
    bool is_talk; /* it begins as a statement does: "we have had complaints" */
} Sentence;

static size_t split_sentences(const AskParse *p, Sentence *sentences) {
    size_t n = 0, from = 0;
    int talk = ask_grammar_list(p->grammar, S("talk"));
    for (size_t i = 0; i < p->n; i++) {
        Str text = p->tokens[i].text;
        bool is_last = i + 1 == p->n, is_question = str_eq(text, S("?"));
        bool is_stop = is_question || str_eq(text, S(".")) || str_eq(text, S("!")) || str_eq(text, S(";"));
        if (!is_last && !(is_stop && !p->tokens[i + 1].is_joined)) continue;
        sentences[n++] =
            (Sentence){.from = from, .to = i + 1, .is_question = is_question, .is_talk = ask_begins(p, from, talk)};
        from = i + 1;
    }
    return n;
}

/* A name that the data has, in "I travel to Spain. Which cities …": written as one, for a board paper is not a kind of paper. */
static bool is_name(const AskParse *p, size_t at) {
    char first = p->tokens[at].text.p[0];
    bool is_value = false;
    for (size_t k = 0; k < p->spans[at].n; k++) is_value |= p->spans[at].at[k].sense->kind == ASK_SENSE_VALUE;
    return is_value && first >= 'A' && first <= 'Z';
}

/* What is said beside a question: its words matter little, unless they are names of the data. */
static void ease_talk(AskParse *p, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        bool is_of_data = is_name(p, i);
        ask_ease(p, i, is_of_data ? ASK_FEATURE_SKIP_STATEMENT : ASK_FEATURE_SKIP_FREE);
        p->lists[i].n = 0;
        p->is_known[i] = true;
    }
}

/* "I would like to know how many …": up to there. */
static void ease_asking(AskParse *p, const Sentence *sentence) {
    int asking = ask_grammar_list(p->grammar, S("asking"));
    for (size_t i = sentence->from; i < sentence->to; i++)
        for (size_t k = 0; k < p->lists[i].n; k++)
            if (p->lists[i].at[k].list == asking && p->lists[i].at[k].to < sentence->to)
                ease_talk(p, sentence->from, p->lists[i].at[k].to);
}

/* Statements before a question tell why it is asked, as do those beside a request that begin as statements do; what of them is not
 * understood matters little. */
void ask_ease_talk(AskParse *p) {
    Sentence *sentences = ARENA_ARRAY(p->arena, Sentence, p->n + 1);
    size_t n = split_sentences(p, sentences), last_question = 0;
    bool has_question = false, has_request = false;
    for (size_t i = 0; i < n; i++) {
        has_question |= sentences[i].is_question;
        has_request |= !sentences[i].is_talk;
        if (sentences[i].is_question) last_question = i;
        ease_asking(p, &sentences[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const Sentence *sentence = &sentences[i];
        if (sentence->is_question) continue;
        if (sentence->is_talk && (has_question || has_request)) ease_talk(p, sentence->from, sentence->to);
        for (size_t at = sentence->from; at < sentence->to && has_question && i < last_question; at++) {
            ask_ease(p, at, ASK_FEATURE_SKIP_STATEMENT);
            p->is_known[at] = true;
        }
    }
}
