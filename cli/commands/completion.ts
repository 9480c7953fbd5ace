import { type Command, STATUS, UsageError } from "../command.ts";
import { scriptFor, SHELLS } from "../completion/scripts.ts";

/** Prints what a shell needs to complete the command. */
export const completion: Command = {
  name: "completion",
  summary: "Print the completion for bash, zsh or fish",
  usage: "completion bash|zsh|fish",
  details:
    "It completes a program called shmem: make an alias or a function of that name.",
  options: {},
  completes: "shells",
  examples: [
    {
      line: "source <(shmem completion bash)",
      does: "completes commands, options and names in this shell",
    },
    {
      line: "shmem completion fish > ~/.config/fish/completions/shmem.fish",
      does: "completes them in every fish from now on",
    },
  ],
  run(context) {
    const shell = context.one("shell");
    const known = SHELLS.find((each) => each === shell);
    if (known === undefined) {
      throw new UsageError(
        `the shell must be one of ${SHELLS.join(", ")}: received ${
          JSON.stringify(shell)
        }`,
      );
    }
    context.output.text(scriptFor(known, context.commands));
    return STATUS.found;
  },
};
