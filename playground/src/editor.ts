/** A text area with line numbers beside it: marks lines, and moves the caret to a place. */

/** A place in the text: lines and columns begin at 1, columns count code points, `endColumn` is the first one after it. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export interface Editor {
  text(): string;
  setText(text: string): void;
  /** Marks these lines, each with what its mark says; all others lose theirs. */
  mark(lines: ReadonlyMap<number, string>): void;
  /** Focuses the text with the place selected and in view. */
  select(place: Place): void;
}

export function createEditor(box: HTMLTextAreaElement, gutter: HTMLElement): Editor {
  const numbers = document.createElement("pre");
  gutter.replaceChildren(numbers);
  let marks: ReadonlyMap<number, string> = new Map();
  let shown = "";

  const draw = (): void => {
    const count = lineCount(box.value);
    const now = [count, ...[...marks].flat()].join("\n");
    if (now === shown) return;
    shown = now;
    gutter.style.width = `${String(count).length + 3}ch`;
    numbers.replaceChildren(...lineNumbers(count, marks));
  };
  // The numbers are as long as the text, and move with it.
  const follow = (): void => {
    numbers.style.transform = `translateY(${-box.scrollTop}px)`;
  };
  box.addEventListener("input", draw);
  box.addEventListener("scroll", follow, { passive: true });

  return {
    text: () => box.value,
    setText: (text) => {
      box.value = text;
      box.setSelectionRange(0, 0);
      box.scrollTo(0, 0);
      draw();
    },
    mark: (lines) => {
      marks = lines;
      draw();
    },
    select: (place) => {
      const start = offsetOf(box.value, place.line, place.column);
      const end = Math.max(start, offsetOf(box.value, place.line, place.endColumn));
      box.focus({ preventScroll: true });
      box.setSelectionRange(start, end);
      bringIntoView(box, start, end);
    },
  };
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Runs of plain numbers as one text each: a long file costs no element a line. */
function lineNumbers(count: number, marks: ReadonlyMap<number, string>): readonly (Node | string)[] {
  const parts: (Node | string)[] = [];
  let run: number[] = [];
  for (let line = 1; line <= count; line++) {
    const says = marks.get(line);
    if (says === undefined) {
      run.push(line);
      continue;
    }
    if (run.length > 0) parts.push(`${run.join("\n")}\n`);
    run = [];
    const marked = document.createElement("span");
    marked.className = "marked";
    marked.title = says;
    marked.textContent = `● ${line}\n`;
    parts.push(marked);
  }
  if (run.length > 0) parts.push(run.join("\n"));
  return parts;
}

/** Where a line and column stand in the text, counted as JavaScript counts; beyond the end of a line is its end. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const next = text.indexOf("\n", start);
    if (next === -1) return text.length;
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  const signs = [...text.slice(start, end === -1 ? text.length : end)];
  return start + signs.slice(0, Math.max(0, column - 1)).join("").length;
}

/** Browsers do not scroll to a selection that a script made. */
function bringIntoView(box: HTMLTextAreaElement, start: number, end: number): void {
  const style = getComputedStyle(box);
  const height = Number.parseFloat(style.lineHeight);
  const top = (lineCount(box.value.slice(0, start)) - 1) * height;
  if (top < box.scrollTop || top + 2 * height > box.scrollTop + box.clientHeight) {
    box.scrollTop = Math.max(0, top - box.clientHeight / 3);
  }
  const pen = document.createElement("canvas").getContext("2d");
  if (pen !== null) {
    pen.font = style.font;
    const lineStart = box.value.lastIndexOf("\n", start - 1) + 1;
    const left = pen.measureText(box.value.slice(lineStart, start)).width;
    const right = pen.measureText(box.value.slice(lineStart, end)).width;
    if (left < box.scrollLeft || right + height > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = right + 2 * height < box.clientWidth ? 0 : Math.max(0, left - box.clientWidth / 3);
    }
  }
  box.scrollIntoView({ block: "nearest" });
}
