#compdef tutti
# Completions of tutti for zsh, made from its options.
local command=tutti
local -i depth=1
local -a subcommands
while ((depth + 1 < CURRENT)); do
  case "$command ${words[depth + 1]}" in
  (@commands@) command+=" ${words[++depth]}" ;;
  (*) break ;;
  esac
done
shift $((depth - 1)) words
((CURRENT -= depth - 1))
case $command in
  @cases@
esac
