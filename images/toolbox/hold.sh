#!/bin/bash
# Holds faults for as long as somebody holds the lease. Reads one command a line on stdin; words are separated by spaces
# and run as they are, never evaluated:
#
#   undo ID WORDS…   registers an undo, before what it undoes is done
#   do WORDS…        runs WORDS without input; answers "ok" or "err CODE MESSAGE"
#   input ID WORDS…  what the next program that ID starts reads first, as a line of its stdin: others may read its arguments
#   start ID WORDS…  runs WORDS beside us with its stdin held open; its first line of output is the answer. After an "err"
#                    it is taken for ended, and ID has nothing of it to heal
#   tell ID WORDS…   writes WORDS as a line to that program's stdin
#   heal ID          ends what ID started and runs its undos, last first, all of them whatever became of one; answers "ok",
#                    or "err CODE MESSAGE" with what failed, which stays registered: the end of the lease tries it again
#   forget ID…       somebody has undone all that they hold: there is nothing left of them to heal
#   beat             renews the lease
#
# A command that is run has PATIENCE seconds, and so has a program for its end: what has not ended by then failed with 124. Such
# a program goes on undoing, and is waited for again by the next heal, or the end of the lease.
#
# End of input, or LEASE seconds without a line, and everything is undone, last first: the controller need not live.
set -u
lease=${1:-10}
patience=${2:-5}
declare -A undos=() pids=() inputs=() outputs=() firsts=()
order=()

failed=''
heal() {
  local id=$1 line said kept='' code=0
  failed=''
  if [ -n "${pids[$id]:-}" ]; then
    end "$id" || fail $? "what $id started" "$said"
  fi
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    read -r -a words <<<"$line"
    said=$(briefly "${words[@]}") && continue
    fail $? "$line" "$said"
    kept=$line$'\n'$kept
  done < <(printf '%s' "${undos[$id]:-}" | tac)
  if [ -n "$kept" ]; then undos[$id]=$kept; else unset 'undos[$id]'; fi
  return "$code"
}

briefly() { timeout --kill-after=1 "$patience" "$@" 2>&1 </dev/null; }

# Closes the program's stdin and waits until its output ends, which is when it has; what it says last is in `said`.
end() {
  local id=$1 code=0 line latest=$((SECONDS + patience))
  said=''
  [ -z "${inputs[$id]:-}" ] || eval "exec ${inputs[$id]}>&-" # a number that bash itself gave
  unset 'inputs[$id]'
  until [ "$code" -ne 0 ]; do
    IFS= read -r -t "$patience" line <&"${outputs[$id]}" || code=$?
    said=${line:-$said}
    if [ "$code" -gt 1 ] || [ "$SECONDS" -gt "$latest" ]; then return 124; fi
  done
  code=0
  wait "${pids[$id]}" 2>/dev/null || code=$?
  eval "exec ${outputs[$id]}<&-"
  unset 'outputs[$id]' 'pids[$id]'
  return "$code"
}

# Of several failures the first gives its code.
fail() {
  [ "$code" -ne 0 ] || code=$1
  failed="${failed:+$failed; }$2 ended with $1${3:+: ${3//$'\n'/ }}"
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
      if said=$(briefly "${words[@]:1}"); then echo ok; else echo "err $? ${said//$'\n'/ }"; fi
      ;;
    input)
      firsts[${words[1]}]=${words[*]:2}
      echo ok
      ;;
    start)
      id=${words[1]}
      [ -n "${undos[$id]+set}" ] || { order+=("$id"); undos[$id]=''; }
      # It begins when told to: bash forgets the descriptors of one that has ended before they are taken over.
      coproc ONE { read -r _ && exec "${words[@]:2}" 2>&1; }
      exec {input}>&"${ONE[1]}" {output}<&"${ONE[0]}"
      eval "exec ${ONE[1]}>&- ${ONE[0]}<&-"
      inputs[$id]=$input
      outputs[$id]=$output
      pids[$id]=$ONE_PID
      echo >&"$input"
      [ -z "${firsts[$id]+set}" ] || printf '%s\n' "${firsts[$id]}" >&"$input"
      unset 'firsts[$id]'
      IFS= read -r -t 10 said <&"$output" || { said='err 1 it said nothing'; kill "$ONE_PID" 2>/dev/null; }
      echo "$said"
      # What could not begin has nothing to heal, once it has ended.
      case $said in err*) end "$id" ;; esac
      ;;
    tell)
      input=${inputs[${words[1]}]:-}
      if [ -n "$input" ] && echo "${words[*]:2}" >&"$input"; then echo ok; else echo "err 1 ${words[1]} does not run"; fi
      ;;
    heal)
      if heal "${words[1]}"; then echo ok; else echo "err $? $failed"; fi
      ;;
    forget)
      for id in "${words[@]:1}"; do unset 'undos[$id]'; done
      echo ok
      ;;
    *) echo "err 64 unknown command ${words[0]:-}" ;;
  esac
done
heal_all
