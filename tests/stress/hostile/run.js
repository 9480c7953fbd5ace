/**
 * Runs one hostile program: `deno run run.js FILE FUNCTION`.
 *
 * @module
 */

const [file, program] = Deno.args;
const programs = await import(`./programs/${file}.js`);
// The program may replace what is needed for this.
const [write, exit] = [Deno.stdout.writeSync.bind(Deno.stdout), Deno.exit];
const end = new TextEncoder().encode("\nthe end\n");
await programs[program]();
write(end);
exit(0);
