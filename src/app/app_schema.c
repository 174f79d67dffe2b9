/* Shapes of answers -> JSON Schema (2020-12, as OpenAPI 3.1 has it). One pass of recursive descent; texts are constants of this program. */
#include "app/app_schema.h"

#include <string.h>

static const AppShape SHAPES[] = {
    {"Column",
     "{name:text,type:text,member?:text,role?:\"dimension\"|\"time\"|\"measure\",grain?:text,bucket?:text,unit?:text,"
     "title?:text,format?:text,decimals?:int}",
     "a column of a table"},
    {"Table", "{columns:[Column],rows:[[any]]}", "decimals are numbers, integers beyond 2^53 texts, times RFC 3339"},
    {"SemanticQuery", "object", "docs/semantic-query.md"},
    {"Failure", "{code:text,message:text,at?:text,line?:int,column?:int}",
     "why a document that had begun is not whole"},
    {"LeftOut", "{member:text,fact_rows:int,text:text,measures?:{*:any}}",
     "what groups with an unknown key carry; text is a sentence, measures come with `query`"},
    {"Total", "{kind:\"others\"|\"shown\"|\"all\",fact_rows:int,measures:{*:any}}", NULL},
    {"Period",
     "{member:text,data_from?:date|int,data_to?:date|int,is_first_partial?:bool,is_last_partial?:bool,text:text}",
     "the time asked for, and how far the data reaches in it"},
    {"QueryAnswer",
     "{sql?:text,params?:[any],columns:[Column],rows:[[any]],truncated:bool,totals?:[Total],next?:[any],left_out:[LeftOut],"
     "period?:Period,defaults:[text],policies:[text],chart:Chart,model_version:int,data_version:int,data_at:time,data_age_s:int,"
     "compile_us:int,run_us:int,error?:Failure}",
     "rows, and the account of what they are"},
    {"Explanation",
     "{query:text,plan:[text],defaults:[text],sql:text,params:[any],rows_scanned:int|null,rows_returned:int,compile_us:int,"
     "run_us:int}",
     "how a query is answered"},
    {"Chart",
     "{kind:\"kpi\"|\"line\"|\"bar\"|\"horizontal_bar\"|\"pie\"|\"scatter\"|\"histogram\"|\"heat_map\"|\"table\",x:text|null,"
     "y:[text],series:text|null,stacked:bool}",
     "the picture that suits the rows, its columns by name; a table's are those of the picture that it may be made into"},
    {"Alternative", "{reading:text,query:SemanticQuery|null,cost?:num,trace?:text|null}", NULL},
    {"AskSense", "{words:text|null,kind:text|null,what:text|null,cost:num|null}", "what words may mean"},
    {"AskExplanation",
     "{words:[{text:text|null,read_as:text|null,left_out_cost:num|null,is_left_out:bool,senses:[AskSense]}],"
     "readings:[{reading:text|null,cost:num|null,slots:[{words:text|null,action:text|null,line:int,cost:num|null,"
     "senses:[AskSense]}],left_out:[{words:text|null,cost:num|null}],parts_cost:num|null,filled_in_cost:num|null}]}",
     "how a question was read, and what each part of each reading cost"},
    {"AskAnswer",
     "{status:\"answered\"|\"clarify\"|\"declined\",confidence:num,reading:text|null,query:SemanticQuery|null,sql:text|null,"
     "columns:[Column],rows:[[any]],truncated:bool,left_out:[LeftOut],"
     "answer:text|null,chart:Chart|null,notes:[text],ms:num,unknown?:[text],cost?:num|null,trace?:text|null,"
     "alternatives:[Alternative],explain?:AskExplanation,error?:Failure}",
     "an answer in words, with the rows it is made of and how the question was read"},
    {"Member",
     "{kind:\"fact\"|\"time\"|\"attribute\"|\"column\"|\"dimension\"|\"hierarchy\"|\"filter\"|\"measure\",name:text,title:text,"
     "of?:text,type?:text,description?:text,expr?:text,levels?:text,members?:[text],time?:text,time_unit?:text,format?:text,"
     "unit?:text,decimals?:int,pii?:text,aggregate?:text,additivity?:text,better?:\"up\"|\"down\",is_hidden?:bool,"
     "synonyms?:[text],visible_to?:[text],aggregations?:[text],facts?:[text]}",
     "something that can be asked for"},
    {"Home",
     "{measures?:[text],trend?:text,tops?:[{measure?:text,dimension:text,limit?:int,order:\"desc\"|\"asc\"}],period?:text,"
     "compare?:text}",
     "what the home page shows at first; the rest is derived"},
    {"Ui", "{title?:text,color?:text,logo?:text,number_locale?:text,home?:Home}", "how a pack presents itself"},
    {"Question", "{question:text,query:text,also?:[text],verified_by?:text,verified_on?:date,is_example:bool}", NULL},
    {"Model",
     "{project:text,name:text,title:text,version:int,description?:text,time_zone:text,fiscal_year_month:int,"
     "time_parts:[{name:text,grain?:text}],members:[Member],rules:[text],questions:[Question],ui:Ui}",
     "all that can be asked"},
    {"Run",
     "{id:int,kind:text,status:\"running\"|\"done\"|\"failed\"|\"interrupted\",started_at:time,duration_us:int,changes:int,error?:text}",
     NULL},
    {"Source",
     "{name:text,kind:\"managed\"|\"files\"|\"attached\",rows?:int,data_at?:time,data_age_s?:int,last_run?:Run}",
     "where data comes from: the rows that are held of it, when its newest change came in, the last run that read it"},
    {"Finding", "{severity:\"error\"|\"warning\",file:text,line:int,column:int,message:text}", NULL},
    {"Report", "{project:text,run:int|null,version:int,changes:int,duration_us:int,index_error:text|null,steps?:Table}",
     "what a run did; index_error: why the index of values is behind the data, which the next question mends"},
};

const AppShape *app_shapes(size_t *ret_n) {
    *ret_n = COUNT_OF(SHAPES);
    return SHAPES;
}

/* ---- printing ------------------------------------------------------------------------------------------------------- */

typedef struct Shape {
    const char *at;
    JsonWriter *w;
} Shape;

static void print_type(Shape *shape);

static void put(Shape *shape, const char *key, Str text) {
    json_key(shape->w, str_of(key));
    json_text(shape->w, text);
}

static bool takes(Shape *shape, char c) {
    if (*shape->at != c) return false;
    shape->at++;
    return true;
}

static Str word(Shape *shape) {
    size_t n = strcspn(shape->at, "[]{}:?,|\"");
    Str text = {shape->at, n};
    assert(n);
    shape->at += n;
    return text;
}

static void print_scalar(Shape *shape, Str name) {
    static const struct {
        const char *name, *type, *format;
    } SCALARS[] = {{"text", "string", NULL},  {"int", "integer", NULL},        {"num", "number", NULL},
                   {"bool", "boolean", NULL}, {"time", "string", "date-time"}, {"date", "string", NULL},
                   {"null", "null", NULL},    {"object", "object", NULL},      {"any", NULL, NULL}};
    for (size_t i = 0; i < COUNT_OF(SCALARS); i++) {
        if (!str_eq(name, str_of(SCALARS[i].name))) continue;
        if (SCALARS[i].type) put(shape, "type", str_of(SCALARS[i].type));
        if (SCALARS[i].format) put(shape, "format", str_of(SCALARS[i].format));
        return;
    }
    char ref[80] = "#/components/schemas/";
    assert(name.n < sizeof ref - strlen(ref) && *name.p >= 'A' && *name.p <= 'Z');
    strncat(ref, name.p, name.n);
    put(shape, "$ref", str_of(ref));
}

/* Over the fields twice: their shapes, then which of them must be there. */
static void print_required(JsonWriter *w, const char *at) {
    bool has_any = false;
    int depth = 0;
    for (const char *name = at; *at && depth >= 0; at++) {
        bool is_optional = *at == ':' && at[-1] == '?';
        if (depth == 0 && *at == ':' && !is_optional && *name != '*') {
            if (!has_any) json_key(w, S("required"));
            if (!has_any) json_array_begin(w);
            has_any = true;
            json_text(w, (Str){name, (size_t)(at - name)});
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        if (depth == 0 && *at == ',') name = at + 1;
    }
    if (has_any) json_array_end(w);
}

static void print_object(Shape *shape) {
    const char *fields = shape->at;
    put(shape, "type", S("object"));
    if (shape->at[0] == '*') {
        shape->at += 2;
        json_key(shape->w, S("additionalProperties"));
        print_type(shape);
    } else {
        json_key(shape->w, S("properties"));
        json_object_begin(shape->w);
        do {
            json_key(shape->w, word(shape));
            (void)takes(shape, '?');
            bool has_type = takes(shape, ':');
            assert(has_type);
            print_type(shape);
        } while (takes(shape, ','));
        json_object_end(shape->w);
        print_required(shape->w, fields);
    }
    bool is_closed = takes(shape, '}');
    assert(is_closed);
}

static void print_choices(Shape *shape) {
    put(shape, "type", S("string"));
    json_key(shape->w, S("enum"));
    json_array_begin(shape->w);
    while (takes(shape, '"')) {
        json_text(shape->w, word(shape));
        bool is_closed = takes(shape, '"');
        assert(is_closed);
        if (shape->at[0] == '|' && shape->at[1] == '"') shape->at++;
    }
    json_array_end(shape->w);
}

/* One of the alternatives, as an object of its own. */
static void print_one(Shape *shape) {
    json_object_begin(shape->w);
    if (*shape->at == '"') {
        print_choices(shape);
    } else if (takes(shape, '{')) {
        print_object(shape);
    } else if (takes(shape, '[')) {
        put(shape, "type", S("array"));
        json_key(shape->w, S("items"));
        print_type(shape);
        bool is_closed = takes(shape, ']');
        assert(is_closed);
    } else {
        print_scalar(shape, word(shape));
    }
    json_object_end(shape->w);
}

/* Whether another alternative follows this one: looked at before it is printed. */
static bool has_alternatives(const char *at) {
    int depth = 0;
    bool is_quoted = false;
    for (; *at; at++) {
        if (*at == '"') is_quoted = !is_quoted;
        if (depth == 0 && (*at == ',' || *at == '}' || *at == ']')) return false;
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        if (depth == 0 && !is_quoted && *at == '|' && !(at[-1] == '"' && at[1] == '"')) return true;
    }
    return false;
}

static void print_type(Shape *shape) {
    if (!has_alternatives(shape->at)) {
        print_one(shape);
        return;
    }
    json_object_begin(shape->w);
    json_key(shape->w, S("anyOf"));
    json_array_begin(shape->w);
    do print_one(shape);
    while (takes(shape, '|'));
    json_array_end(shape->w);
    json_object_end(shape->w);
}

void app_schema_print(JsonWriter *w, const char *text) {
    Shape shape = {.at = text, .w = w};
    print_type(&shape);
    assert(!*shape.at);
}
