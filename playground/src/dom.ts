/** The few words in which the page builds its elements. Text always goes in as text, never as markup. */

type Child = Node | string | null | undefined;

/** An element with attributes and children; absent children are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The element of index.html with this id. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} with the id ${id}`);
  return found;
}

/** Fills a select; the choice is kept when it is still among the options. */
export function fillSelect(select: HTMLSelectElement, options: readonly { value: string; label: string }[], chosen?: string): void {
  const wanted = chosen ?? select.value;
  select.replaceChildren(...options.map(({ value, label }) => element("option", { value }, label)));
  if (options.some(({ value }) => value === wanted)) select.value = wanted;
}

/** A table with a caption for screen readers. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) =>
    element(
      "tr",
      {},
      ...cells.map((cell, column) =>
        column === 0 ? element("th", { scope: "row" }, cell) : element("td", { "data-head": heads[column] ?? "" }, cell),
      ),
    ),
  );
  return element(
    "table",
    {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
}

export function code(text: string): HTMLElement {
  return element("code", {}, text);
}
