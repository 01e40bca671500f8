// Reads {indexURL, wheel, program, input} from standard input: runs the program in Pyodide with the wheel unpacked and the
// text `given` set to the input, and writes what its last expression gives to standard output.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const { indexURL, wheel, program, input } = JSON.parse(await text(process.stdin));
const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL });
pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
pyodide.globals.set("given", input);
process.stdout.write(pyodide.runPython(program));
