/** `toolwright completion`: prints the script with which a shell completes commands and flags. */
import { Argument, type Command } from "commander";
import { COMPLETIONS, type Shell } from "../completion-scripts.ts";

const SHELLS = Object.keys(COMPLETIONS);

/** @param whole The program with all commands loaded. */
export function addCompletion(command: Command, whole: () => Promise<Command>): void {
  command
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      [
        "",
        "Install it:",
        '  bash  eval "$(toolwright completion bash)"           in ~/.bashrc',
        '  zsh   eval "$(toolwright completion zsh)"            in ~/.zshrc, after compinit',
        "  fish  toolwright completion fish | source            in config.fish",
      ].join("\n"),
    )
    .action(async (shell: Shell) => {
      process.stdout.write(COMPLETIONS[shell](await whole()));
    });
}
