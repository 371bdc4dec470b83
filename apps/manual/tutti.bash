# Completions of tutti for bash, made from its options.
_tutti() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=tutti offered options subcommands word
  # --option=word comes as three words
  [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD - 2]}
  [ "$current" = = ] && current=

  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
    @commands@) command+=" $word" ;;
    *) break ;;
    esac
  done
  case "$command" in
    @offers@
  esac
  [[ $current == -* ]] && offered=$options || offered=$subcommands
  case "$command $before" in
    @words@
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
  [[ ${COMPREPLY-} == *: ]] && compopt -o nospace  # a file comes next
  return 0
}
complete -o default -F _tutti tutti
