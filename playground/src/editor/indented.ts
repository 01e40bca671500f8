/** JSON text laid out for people. */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** One member or element a line. Numbers keep their digits, which `JSON.parse` would round beyond 2^53; escapes become what they stand for. */
export function indented(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = "";
  const newLine = (): string => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const afterOpening = before === "{" || before === "[";
    if (token === "}" || token === "]") {
      depth--;
      parts.push(afterOpening ? token : newLine() + token);
    } else {
      if (afterOpening) parts.push(newLine());
      if (token === "{" || token === "[") depth++;
      if (token === ",") parts.push(token + newLine());
      else if (token === ":") parts.push(": ");
      else parts.push(token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token);
    }
    before = token;
  }
  return parts.join("");
}
