// wasmprop completion SHELL: what a shell has to be told so that it asks `wasmprop __complete` on TAB. Where nothing is proposed,
// it goes on with names of files.
import { describe } from '../errors.ts'
import { UsageError } from './flags.ts'
import { print } from './terminal.ts'

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# wasmprop: put this into ~/.bashrc:  source <(wasmprop completion bash)
_wasmprop() {
  local IFS=$'\\n'
  COMPREPLY=($(wasmprop __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -o default -F _wasmprop wasmprop`,
  zsh: `#compdef wasmprop
# wasmprop: put this into ~/.zshrc, after compinit:  source <(wasmprop completion zsh)
_wasmprop() {
  local -a found
  found=("\${(@f)$(wasmprop __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found/$'\\t'/:}")
  if [[ -n "$found[1]" ]]; then _describe wasmprop found; else _files; fi
}
compdef _wasmprop wasmprop`,
  fish: `# wasmprop: wasmprop completion fish > ~/.config/fish/completions/wasmprop.fish
complete -c wasmprop -a '(wasmprop __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
}

export async function completion(_: object, shell: string): Promise<void> {
  if (!Object.hasOwn(SCRIPTS, shell))
    throw new UsageError(`SHELL: expected ${Object.keys(SCRIPTS).join(', ')}, got ${describe(shell)}`)
  print(SCRIPTS[shell])
}
