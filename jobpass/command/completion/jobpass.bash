# Completion of `jobpass` in bash; made by `python -m jobpass.command.completion` with shtab (Apache-2.0):
# edit the commands, not this file.

_shtab_jobpass_jobs_subparsers=(register show end)
_shtab_jobpass_keys_subparsers=(list revoke roll-back rotate settle)
_shtab_jobpass_subparsers=(jobs keys audit completion credential-process doctor env exec explain init policy token token-file verify)

_shtab_jobpass_jobs_register_option_strings=(-h --help --profile --field --role --audience --expires-in --pinned --aws-claims --environment --from-file --format --reveal --allow-refused-roles --env --api-url --invocation-role-arn --json)
_shtab_jobpass_jobs_show_option_strings=(-h --help --api-url --invocation-role-arn --json)
_shtab_jobpass_jobs_end_option_strings=(-h --help --api-url --invocation-role-arn --json)
_shtab_jobpass_jobs_option_strings=(-h --help)
_shtab_jobpass_keys_list_option_strings=(-h --help --function --stack --json)
_shtab_jobpass_keys_revoke_option_strings=(-h --help --reason --yes --function --stack --json)
_shtab_jobpass_keys_roll_back_option_strings=(-h --help --function --stack --json)
_shtab_jobpass_keys_rotate_option_strings=(-h --help --function --stack --json)
_shtab_jobpass_keys_settle_option_strings=(-h --help --function --stack --json)
_shtab_jobpass_keys_option_strings=(-h --help)
_shtab_jobpass_audit_option_strings=(-h --help --from --to --jti --job --subject --trail --region --stack --json)
_shtab_jobpass_completion_option_strings=(-h --help)
_shtab_jobpass_credential_process_option_strings=(-h --help --role-arn --audience --duration --session-name --from --reveal)
_shtab_jobpass_doctor_option_strings=(-h --help --strict --timeout --json)
_shtab_jobpass_env_option_strings=(-h --help --role-arn --audience --duration --session-name --from --format --reveal)
_shtab_jobpass_exec_option_strings=(-h --help --role-arn --audience --duration --session-name --from)
_shtab_jobpass_explain_option_strings=(-h --help --token-file --token-env --profile --field --registration --audience --role-arn --config --issuer-url --account --trust-policy --provider-url --client-id --max-session-seconds --jwks --no-jwks --session-name --context --duration --at --error --json)
_shtab_jobpass_init_option_strings=(-h --help --preset --form --platform --principal --public-key --role --when --managed-policy --audience --allow-any --name --issuer-url --certificate-arn --production --demonstration --defaults --force --json)
_shtab_jobpass_policy_option_strings=(-h --help --config --issuer-url --provider-arn --account --profile --form --when --audience --pin --allow-any --json)
_shtab_jobpass_token_option_strings=(-h --help --audience --expires-in --role-arn --from --reveal --json)
_shtab_jobpass_token_file_option_strings=(-h --help --audience --expires-in --role-arn --from --watch --json)
_shtab_jobpass_verify_option_strings=(-h --help --token-file --token-env --issuer-url --audience --jwks --at --leeway --json)
_shtab_jobpass_option_strings=(-h --help --version)

_shtab_jobpass_jobs_register_pos_0_COMPGEN=_jobpass_command_line_files
_shtab_jobpass_jobs_register___from_file_COMPGEN=_shtab_compgen_files
_shtab_jobpass_exec_pos_0_COMPGEN=_jobpass_command_line_files
_shtab_jobpass_explain___token_file_COMPGEN=_shtab_compgen_files
_shtab_jobpass_explain___registration_COMPGEN=_shtab_compgen_files
_shtab_jobpass_explain___config_COMPGEN=_shtab_compgen_files
_shtab_jobpass_explain___trust_policy_COMPGEN=_shtab_compgen_files
_shtab_jobpass_explain___jwks_COMPGEN=_shtab_compgen_files
_shtab_jobpass_init_pos_0_COMPGEN=_shtab_compgen_files
_shtab_jobpass_init___public_key_COMPGEN=_shtab_compgen_files
_shtab_jobpass_policy___config_COMPGEN=_shtab_compgen_files
_shtab_jobpass_token_file_pos_0_COMPGEN=_shtab_compgen_files
_shtab_jobpass_verify___token_file_COMPGEN=_shtab_compgen_files
_shtab_jobpass_verify___jwks_COMPGEN=_shtab_compgen_files

_shtab_jobpass_jobs_register___aws_claims_choices=(full none)
_shtab_jobpass_jobs_register___environment_choices=(jobpass github windmill aws-sdk google azure)
_shtab_jobpass_jobs_register___format_choices=(shell dotenv github fish powershell)
_shtab_jobpass_jobs_pos_0_choices=(register show end)
_shtab_jobpass_keys_pos_0_choices=(list revoke roll-back rotate settle)
_shtab_jobpass_completion_pos_0_choices=(bash zsh fish)
_shtab_jobpass_credential_process___from_choices=(jobpass github windmill azure aws-sdk google)
_shtab_jobpass_env___from_choices=(jobpass github windmill azure aws-sdk google)
_shtab_jobpass_env___format_choices=(shell dotenv github fish powershell)
_shtab_jobpass_exec___from_choices=(jobpass github windmill azure aws-sdk google)
_shtab_jobpass_token___from_choices=(jobpass github windmill azure aws-sdk google)
_shtab_jobpass_token_file___from_choices=(jobpass github windmill azure aws-sdk google)
_shtab_jobpass_pos_0_choices=(jobs keys audit completion credential-process doctor env exec explain init policy token token-file verify)

_shtab_jobpass_jobs_register_pos_0_nargs=...
_shtab_jobpass_jobs_register__h_nargs=0
_shtab_jobpass_jobs_register___help_nargs=0
_shtab_jobpass_jobs_register___pinned_nargs=0
_shtab_jobpass_jobs_register___reveal_nargs=0
_shtab_jobpass_jobs_register___allow_refused_roles_nargs=0
_shtab_jobpass_jobs_register___json_nargs=0
_shtab_jobpass_jobs_show__h_nargs=0
_shtab_jobpass_jobs_show___help_nargs=0
_shtab_jobpass_jobs_show___json_nargs=0
_shtab_jobpass_jobs_end__h_nargs=0
_shtab_jobpass_jobs_end___help_nargs=0
_shtab_jobpass_jobs_end___json_nargs=0
_shtab_jobpass_jobs_pos_0_nargs=A...
_shtab_jobpass_jobs__h_nargs=0
_shtab_jobpass_jobs___help_nargs=0
_shtab_jobpass_keys_list__h_nargs=0
_shtab_jobpass_keys_list___help_nargs=0
_shtab_jobpass_keys_list___json_nargs=0
_shtab_jobpass_keys_revoke__h_nargs=0
_shtab_jobpass_keys_revoke___help_nargs=0
_shtab_jobpass_keys_revoke___yes_nargs=0
_shtab_jobpass_keys_revoke___json_nargs=0
_shtab_jobpass_keys_roll_back__h_nargs=0
_shtab_jobpass_keys_roll_back___help_nargs=0
_shtab_jobpass_keys_roll_back___json_nargs=0
_shtab_jobpass_keys_rotate__h_nargs=0
_shtab_jobpass_keys_rotate___help_nargs=0
_shtab_jobpass_keys_rotate___json_nargs=0
_shtab_jobpass_keys_settle__h_nargs=0
_shtab_jobpass_keys_settle___help_nargs=0
_shtab_jobpass_keys_settle___json_nargs=0
_shtab_jobpass_keys_pos_0_nargs=A...
_shtab_jobpass_keys__h_nargs=0
_shtab_jobpass_keys___help_nargs=0
_shtab_jobpass_audit__h_nargs=0
_shtab_jobpass_audit___help_nargs=0
_shtab_jobpass_audit___json_nargs=0
_shtab_jobpass_completion__h_nargs=0
_shtab_jobpass_completion___help_nargs=0
_shtab_jobpass_credential_process__h_nargs=0
_shtab_jobpass_credential_process___help_nargs=0
_shtab_jobpass_credential_process___reveal_nargs=0
_shtab_jobpass_doctor__h_nargs=0
_shtab_jobpass_doctor___help_nargs=0
_shtab_jobpass_doctor___strict_nargs=0
_shtab_jobpass_doctor___json_nargs=0
_shtab_jobpass_env__h_nargs=0
_shtab_jobpass_env___help_nargs=0
_shtab_jobpass_env___reveal_nargs=0
_shtab_jobpass_exec_pos_0_nargs=...
_shtab_jobpass_exec__h_nargs=0
_shtab_jobpass_exec___help_nargs=0
_shtab_jobpass_explain__h_nargs=0
_shtab_jobpass_explain___help_nargs=0
_shtab_jobpass_explain___no_jwks_nargs=0
_shtab_jobpass_explain___json_nargs=0
_shtab_jobpass_init__h_nargs=0
_shtab_jobpass_init___help_nargs=0
_shtab_jobpass_init___production_nargs=0
_shtab_jobpass_init___demonstration_nargs=0
_shtab_jobpass_init___defaults_nargs=0
_shtab_jobpass_init___force_nargs=0
_shtab_jobpass_init___json_nargs=0
_shtab_jobpass_policy__h_nargs=0
_shtab_jobpass_policy___help_nargs=0
_shtab_jobpass_policy___pin_nargs=0
_shtab_jobpass_policy___json_nargs=0
_shtab_jobpass_token__h_nargs=0
_shtab_jobpass_token___help_nargs=0
_shtab_jobpass_token___reveal_nargs=0
_shtab_jobpass_token___json_nargs=0
_shtab_jobpass_token_file__h_nargs=0
_shtab_jobpass_token_file___help_nargs=0
_shtab_jobpass_token_file___watch_nargs=0
_shtab_jobpass_token_file___json_nargs=0
_shtab_jobpass_verify__h_nargs=0
_shtab_jobpass_verify___help_nargs=0
_shtab_jobpass_verify___json_nargs=0
_shtab_jobpass_pos_0_nargs=A...
_shtab_jobpass__h_nargs=0
_shtab_jobpass___help_nargs=0
_shtab_jobpass___version_nargs=0


# Custom Preamble
_jobpass_command_line_files() {
  local at=1
  while [ $at -lt "$COMP_CWORD" ] && [ "${COMP_WORDS[at]}" != -- ]; do at=$(( at + 1 )); done
  case $(( COMP_CWORD - at )) in
    0) ;;
    1) compgen -c -- "$1" ;;
    *) compgen -f -- "$1" ;;
  esac
}

# End Custom Preamble

# $1=COMP_WORDS[1]
_shtab_compgen_files() {
  compgen -f -- $1  # files
}

# $1=COMP_WORDS[1]
_shtab_compgen_dirs() {
  compgen -d -- $1  # recurse into subdirs
}

# $1=COMP_WORDS[1]
_shtab_replace_nonword() {
  echo "${1//[^[:word:]]/_}"
}

# set default values (called for the initial parser & any subparsers)
_set_parser_defaults() {
  local subparsers_var="${prefix}_subparsers[@]"
  sub_parsers=${!subparsers_var-}

  local current_option_strings_var="${prefix}_option_strings[@]"
  current_option_strings=${!current_option_strings_var}

  completed_positional_actions=0

  _set_new_action "pos_$completed_positional_actions" true
}

# $1=action identifier
# $2=positional action (bool)
# set all identifiers for an action's parameters
_set_new_action() {
  current_action="${prefix}_$(_shtab_replace_nonword $1)"

  local current_action_compgen_var=${current_action}_COMPGEN
  current_action_compgen="${!current_action_compgen_var-}"

  local current_action_choices_var="${current_action}_choices[@]"
  current_action_choices="${!current_action_choices_var-}"

  local current_action_nargs_var="${current_action}_nargs"
  if [ -n "${!current_action_nargs_var-}" ]; then
    current_action_nargs="${!current_action_nargs_var}"
  else
    current_action_nargs=1
  fi

  current_action_args_start_index=$(( $word_index + 1 - $pos_only ))

  current_action_is_positional=$2
}

# Notes:
# `COMPREPLY`: what will be rendered after completion is triggered
# `completing_word`: currently typed word to generate completions for
# `${!var}`: evaluates the content of `var` and expand its content as a variable
#     hello="world"
#     x="hello"
#     ${!x} -> ${hello} -> "world"
_shtab_jobpass() {
  local completing_word="${COMP_WORDS[COMP_CWORD]}"
  local previous_word="${COMP_WORDS[COMP_CWORD-1]}"
  local completed_positional_actions
  local current_action
  local current_action_args_start_index
  local current_action_choices
  local current_action_compgen
  local current_action_is_positional
  local current_action_nargs
  local current_option_strings
  local sub_parsers
  COMPREPLY=()

  local prefix=_shtab_jobpass
  local word_index=0
  local pos_only=0 # "--" delimiter not encountered yet
  _set_parser_defaults
  word_index=1

  # determine what arguments are appropriate for the current state
  # of the arg parser
  while [ $word_index -ne $COMP_CWORD ]; do
    local this_word="${COMP_WORDS[$word_index]}"

    if [[ $pos_only = 1 || " $this_word " != " -- " ]]; then
      if [[ -n $sub_parsers && " ${sub_parsers[@]} " == *" $this_word "* ]]; then
        # valid subcommand: add it to the prefix & reset the current action
        prefix="${prefix}_$(_shtab_replace_nonword $this_word)"
        _set_parser_defaults
      fi

      if [[ " ${current_option_strings[@]} " == *" $this_word "* ]]; then
        # a new action should be acquired (due to recognised option string or
        # no more input expected from current action);
        # the next positional action can fill in here
        _set_new_action $this_word false
      fi

      if [[ "$current_action_nargs" != "*" ]] && \
         [[ "$current_action_nargs" != "+" ]] && \
         [[ "$current_action_nargs" != "?" ]] && \
         [[ "$current_action_nargs" != *"..." ]] && \
         (( $word_index + 1 - $current_action_args_start_index - $pos_only >= \
            $current_action_nargs )); then
        $current_action_is_positional && let "completed_positional_actions += 1"
        _set_new_action "pos_$completed_positional_actions" true
      fi
    else
      pos_only=1 # "--" delimiter encountered
    fi

    let "word_index+=1"
  done

  # Generate the completions

  COMPREPLY=()
  if [[ $pos_only = 0 && "$completing_word" == -* &&
        ( -z "$current_action_compgen" || "$current_action_is_positional" = true ) ]]; then
    # optional argument started: use option strings
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
      compgen -W "${current_option_strings[*]}" -- "$completing_word")
  elif [[ "$previous_word" =~ ^[0-9\&]*[\<\>]\>?$ ]]; then
    # handle redirection operators
    compopt -o filenames 2>/dev/null || : # bash>=4
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$completing_word")
  else
    # use choices & compgen
    local action_compgen_word="$completing_word"
    # handle tab-completing in the middle of a line (#248 <- #116)
    [[ -n "$current_action_compgen" && "$completing_word" == -* ]] && action_compgen_word=""
    [ -n "$current_action_compgen" ] && {
      [[ "$current_action_compgen" =~ _(file|dir|glob|FILE|DIR|GLOB)|File|Dir|Glob ]] &&
        compopt -o filenames 2>/dev/null || : # bash>=4
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        "$current_action_compgen" "$action_compgen_word")
    }
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
      compgen -W "${current_action_choices[*]}" -- "$completing_word")
  fi

  if [[ ${#COMPREPLY[@]} = 0 ]]; then
    # native fallback matches are not necessarily filenames (e.g. variables)
    compopt +o filenames 2>/dev/null || : # bash>=4
  fi

  return 0
}

complete -o bashdefault -F _shtab_jobpass jobpass
