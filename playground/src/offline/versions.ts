/** Which versions of what make up this page. */

declare const __VERSIONS__: { readonly page: string; readonly bridge: string; readonly pyodide: string };
declare const __WHEEL__: string;

/** The number of this build: a hash of all its files. */
export const build = document.querySelector("meta[name=build]")?.getAttribute("content") ?? "";

export const versions: readonly (readonly [name: string, version: string])[] = [
  ["This page", __VERSIONS__.page],
  ["Build", build],
  ["JavaScript package tenor-wasm", __VERSIONS__.bridge],
  ["Python wheel", __WHEEL__],
  ["Pyodide", __VERSIONS__.pyodide],
];
