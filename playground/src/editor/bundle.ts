/** The bundle that the source stands for, as text: as a value, whole numbers beyond 2^53 would not be the same any more. */

import { type CallOptions, type ErrorShape, type Tenor, TenorError, writeJson } from "tenor-wasm";
import { resource } from "../engine";
import { workspace } from "../state/store";
import { indented } from "./indented";

const HEAD = '{"ok":{"bundle":';

export const bundle = resource({
  name: "bundle",
  pause: 200,
  question: () => {
    const { files, root } = workspace.value.contract;
    return [files, root] as const;
  },
  ask: async (tenor, [files, root], options): Promise<string> => indented(await bundleText(tenor, files, root, options)),
});

/** The text of the bundle in one line. Throws the `TenorError` that `elaborate` answers with. */
export async function bundleText(
  tenor: Tenor,
  files: Readonly<Record<string, string>>,
  root: string,
  options: CallOptions = {},
): Promise<string> {
  const answer = await tenor.call("elaborate", writeJson({ files, root }), options);
  if (answer.startsWith(HEAD)) return answer.slice(HEAD.length, -2);
  throw TenorError.fromShape((JSON.parse(answer) as { error: ErrorShape }).error);
}
