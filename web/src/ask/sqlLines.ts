const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[()]|\s+|[A-Za-z_]+|[^\sA-Za-z_"'()]+/g;
const OPENS = new Set([
  "FROM",
  "WHERE",
  "GROUP",
  "HAVING",
  "ORDER",
  "LIMIT",
  "UNION",
  "JOIN",
  "LEFT",
  "INNER",
  "CROSS",
]);

/** The server's one line of SQL with its clauses on lines of their own, inner queries set in. For reading only. */
export function breakLines(sql: string): string {
  let out = "";
  const stack: boolean[] = []; // of the brackets open: whether a query stands in it
  let depth = 0;
  let before = "";
  const tokens = sql.match(TOKEN) ?? [];
  tokens.forEach((token, i) => {
    const isInCall = stack.at(-1) === false;
    const startsLine = OPENS.has(token) && !isInCall && !(token === "JOIN" && /^(LEFT|INNER|CROSS)$/.test(before));
    if (token === "(") {
      const isQuery = /^(SELECT|WITH)$/.test(tokens[i + 1] ?? "");
      stack.push(isQuery);
      if (isQuery) depth++;
      out += isQuery ? `(\n${"  ".repeat(depth)}` : "(";
    } else if (token === ")") {
      const wasQuery = stack.pop();
      if (wasQuery) depth--;
      out += wasQuery ? `\n${"  ".repeat(depth)})` : ")";
    } else if (startsLine) out = `${out.trimEnd()}\n${"  ".repeat(depth)}${token}`;
    else out += token;
    if (token.trim()) before = token;
  });
  return out;
}
