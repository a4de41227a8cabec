/** The command line: `main.ts deviceauthd …` and `main.ts deviceauthctl …`, as the launchers in bin/ call it. */
import { DEVICEAUTHCTL } from './cli/deviceauthctl.ts';
import { DEVICEAUTHD } from './cli/deviceauthd.ts';
import { runProgram } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

const [name, ...args] = process.argv.slice(2);
const program = name === 'deviceauthd' ? DEVICEAUTHD : DEVICEAUTHCTL;
const rest = name === program.name ? args : process.argv.slice(2);
process.exitCode = await runProgram(program, rest, processTerminal());
