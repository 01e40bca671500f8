/** The bundle that the source stands for, as text: as a value, whole numbers beyond 2^53 would not be the same any more. */

import { type ErrorShape, TenorError } from "tenor-wasm";
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
  ask: async (tenor, [files, root], options): Promise<string> => {
    const answer = await tenor.call("elaborate", JSON.stringify({ files, root }), options);
    if (answer.startsWith(HEAD)) return indented(answer.slice(HEAD.length, -2));
    throw TenorError.fromShape((JSON.parse(answer) as { error: ErrorShape }).error);
  },
});
