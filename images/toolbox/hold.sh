#!/bin/bash
# Holds faults for as long as somebody holds the lease. Reads one command a line on stdin; words are separated by spaces
# and run as they are, never evaluated:
#
#   undo ID WORDS…   registers an undo, before what it undoes is done
#   do WORDS…        runs WORDS; answers "ok" or "err CODE MESSAGE"
#   start ID WORDS…  runs WORDS beside us with its stdin held open; its first line of output is the answer
#   tell ID WORDS…   writes WORDS as a line to that program's stdin
#   heal ID          ends what ID started and runs its undos, last first
#   beat             renews the lease
#
# End of input, or LEASE seconds without a line, and everything is undone, last first: the controller need not live.
set -u
lease=${1:-10}
declare -A undos=() pids=() inputs=()
order=()

heal() {
  local id=$1 line
  if [ -n "${inputs[$id]:-}" ]; then
    eval "exec ${inputs[$id]}>&-" # a number that bash itself gave
    wait "${pids[$id]}" 2>/dev/null
    unset "inputs[$id]" "pids[$id]"
  fi
  while IFS= read -r line; do
    [ -n "$line" ] && { read -r -a words <<<"$line"; "${words[@]}" >/dev/null 2>&1; }
  done < <(printf '%s' "${undos[$id]:-}" | tac)
  unset "undos[$id]"
}

heal_all() {
  local at
  for ((at = ${#order[@]} - 1; at >= 0; at--)); do heal "${order[at]}"; done
}
trap 'heal_all; exit 0' TERM INT HUP
trap '' PIPE

while read -r -t "$lease" -a words; do
  case ${words[0]:-} in
    beat) ;;
    undo)
      id=${words[1]}
      [ -n "${undos[$id]+set}" ] || order+=("$id")
      undos[$id]="${undos[$id]:-}${words[*]:2}"$'\n'
      echo ok
      ;;
    do)
      if said=$("${words[@]:1}" 2>&1); then echo ok; else echo "err $? ${said//$'\n'/ }"; fi
      ;;
    start)
      id=${words[1]}
      [ -n "${undos[$id]+set}" ] || { order+=("$id"); undos[$id]=''; }
      coproc ONE { exec "${words[@]:2}" 2>&1; }
      exec {input}>&"${ONE[1]}" {output}<&"${ONE[0]}"
      eval "exec ${ONE[1]}>&- ${ONE[0]}<&-"
      inputs[$id]=$input
      pids[$id]=$ONE_PID
      IFS= read -r -t 10 said <&"$output" || said='err 1 it said nothing'
      echo "$said"
      ;;
    tell)
      input=${inputs[${words[1]}]:-}
      if [ -n "$input" ] && echo "${words[*]:2}" >&"$input"; then echo ok; else echo "err 1 ${words[1]} does not run"; fi
      ;;
    heal)
      heal "${words[1]}"
      echo ok
      ;;
    *) echo "err 64 unknown command ${words[0]:-}" ;;
  esac
done
heal_all
