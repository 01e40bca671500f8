/** Which versions of what make up this page. */

declare const __VERSIONS__: Readonly<Record<"page" | "tenor" | "bridge" | "python" | "pyodide", string>>;
declare const __WHEEL__: string;

/** The number of this build: a hash of all its files. */
export const build = document.querySelector("meta[name=build]")?.getAttribute("content") ?? "";

/** What keeping it takes, as the build counted it. */
export const keptMegabytes = document.querySelector("meta[name=megabytes]")?.getAttribute("content") ?? "";

export const versions: readonly (readonly [name: string, version: string])[] = [
  ["This page", __VERSIONS__.page],
  ["Build", build],
  ["Tenor, the language", __VERSIONS__.tenor],
  ["npm package", `tenor-wasm ${__VERSIONS__.bridge}`],
  ["Python wheel", __WHEEL__],
  ["Python", __VERSIONS__.python],
  ["Pyodide", __VERSIONS__.pyodide],
];
