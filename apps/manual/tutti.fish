# Completions of tutti for fish, made from its options.
set -g __tutti_commands @commands@
function __tutti_at --description 'Is this the command on the line?'
    set -l words (commandline -opc)
    set -e words[1]
    set -l command tutti
    for word in $words
        contains -- "$command $word" $__tutti_commands; or break
        set command "$command $word"
    end
    test "$command" = "$argv"
end
@completions@
