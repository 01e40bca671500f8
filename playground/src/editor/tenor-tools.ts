/** What the contract's editor has beyond the language: completion, what a name is, the way to its declaration. */

import { autocompletion } from "@codemirror/autocomplete";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap } from "@codemirror/view";
import type { OutlineName } from "tenor-wasm";
import { workspace } from "../state/store";
import { announce } from "../widgets";
import { complete } from "./complete";
import { goToPlace } from "./navigate";
import { declarationOf, describe, nameAt } from "./outline";

/** The name at an offset, and where it stands there. */
function at(state: EditorState, offset: number): { readonly name: OutlineName; readonly from: number; readonly to: number } | undefined {
  const word = state.wordAt(offset);
  if (word === null) return undefined;
  const name = nameAt(workspace.peek().contract.open, state.doc.lineAt(offset).number, state.sliceDoc(word.from, word.to));
  return name && { name, from: word.from, to: word.to };
}

function goToDefinition(state: EditorState, offset: number): boolean {
  const found = at(state, offset);
  const declared = found && declarationOf(found.name);
  if (declared === undefined) {
    announce("There is no declaration for what stands here.");
    return false;
  }
  goToPlace({ file: declared.file, line: declared.line, column: declared.column, endColumn: declared.end_column });
  return true;
}

export const tenorTools: Extension = [
  autocompletion({ override: [complete], activateOnTyping: true }),
  hoverTooltip((view, offset) => {
    const found = at(view.state, offset);
    if (found === undefined) return null;
    const create = () => {
      const dom = document.createElement("div");
      dom.className = "cm-name";
      dom.textContent = `${found.name.id} · ${describe(found.name)}`;
      return { dom };
    };
    return { pos: found.from, end: found.to, above: true, create };
  }),
  keymap.of([{ key: "F12", run: ({ state }) => goToDefinition(state, state.selection.main.head) }]),
  EditorView.domEventHandlers({
    mousedown: (event, view) => {
      if (!event.ctrlKey && !event.metaKey) return false;
      const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
      return offset !== null && goToDefinition(view.state, offset);
    },
  }),
];
