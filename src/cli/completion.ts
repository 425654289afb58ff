import { Argument, Command } from 'commander';

interface Node {
  /** The commands before it, with spaces between. */
  path: string;
  about: string;
  commands: { name: string; about: string }[];
  options: string[];
}

/** `muster completion bash` and so on, for all commands of the program. */
export const completionCommand = (program: () => Command): Command =>
  new Command('completion')
    .description('prints the completion for a shell, to be sourced by its start file')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: string) => {
      const nodes = nodesOf(program(), '');
      process.stdout.write(shell === 'fish' ? fish(nodes) : bash(nodes, shell === 'zsh'));
    });

function nodesOf(command: Command, path: string): Node[] {
  const own: Node = {
    path,
    about: command.description(),
    commands: command.commands.map((inner) => ({ name: inner.name(), about: inner.description() })),
    options: [...command.options.flatMap(({ long }) => long ?? []), '--help'],
  };
  return [own, ...command.commands.flatMap((inner) => nodesOf(inner, `${path} ${inner.name()}`.trim()))];
}

/** For zsh, too, which can read completions of bash. */
const bash = (nodes: Node[], isZsh: boolean) => `# completion of muster
${isZsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_muster() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${path:+$path }$word" in
      ${nodes
        .filter(({ path }) => path)
        .map(({ path }) => `"${path}"`)
        .join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  local words=""
  case "$path" in
${nodes
  .map(
    ({ path, commands, options }) =>
      `    "${path}") words="${[...commands.map(({ name }) => name), ...options].join(' ')}" ;;`,
  )
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _muster muster
`;

const fish = (nodes: Node[]) => {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const words = path.split(' ').filter(Boolean);
    const inner = commands.map(({ name }) => name).join(' ');
    const seen = [
      ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(inner ? [`not __fish_seen_subcommand_from ${inner}`] : []),
    ].join('; and ');
    const when = seen ? ` -n '${seen}'` : '';
    return [
      ...commands.map(
        ({ name, about }) =>
          `complete -c muster -f${when} -a ${name} -d '${about.replace(/['\\]/g, '\\$&')}'`,
      ),
      ...options.map((option) => `complete -c muster${when} -l ${option.slice(2)}`),
    ];
  });
  return `# completion of muster\n${lines.join('\n')}\n`;
};
