#compdef jobpass

# Completion of `jobpass` in zsh; made by `python -m jobpass.command.completion` with shtab (Apache-2.0):
# edit the commands, not this file.


_shtab_jobpass_commands() {
  local _commands=(
    audit:'account for every signature, or follow a token to what was done with it'
    completion:'print the script that makes bash, zsh or fish complete'
    credential-process:'print AWS credentials as `credential_process` wants them'
    doctor:'look at an issuer as AWS and strict clients do, and say what to mend'
    env:'print AWS credentials as environment variables'
    exec:'run a command with AWS credentials that are renewed while it runs'
    explain:'say why a role refuses a job, and the one thing to change'
    init:'write a first jobpass.yaml, from a few questions or options'
    jobs:'The jobs of a platform: registered, looked at and ended, with its invocation role or a key of its own.'
    keys:'The issuer'"'"'s signing keys: looked at, rotated and revoked by whoever may invoke the keys function.'
    policy:'print the trust policy of a role'
    token:'print the job'"'"'s ID token'
    token-file:'keep the job'"'"'s ID token in a file, for what reads it there'
    verify:'say whether an ID token is good, and what it proves'
  )
  _describe 'jobpass commands' _commands
}

_shtab_jobpass_jobs_commands() {
  local _commands=(
    end:'end a job: it gets no token from then on'
    register:'register a job, and hand its secret on, or run a command as it'
    show:'look at a job that was registered'
  )
  _describe 'jobpass jobs commands' _commands
}

_shtab_jobpass_keys_commands() {
  local _commands=(
    list:'show the signing keys: which signs, and what comes'
    revoke:'stop a signing key at once and for ever, and let the next sign'
    roll-back:'let the key that signed before a rotation sign again'
    rotate:'let the key in reserve sign'
    settle:'take the steps that are due now, and mend the ring'
  )
  _describe 'jobpass keys commands' _commands
}

_shtab_jobpass_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "(- : *)--version[print the version]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_defaults_added=0

_shtab_jobpass_audit_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--from[where the range begins (default\: an hour before its end)]:TIME:"
  "--to[where the range ends (default\: now)]:TIME:"
  "--jti[follow one token, by its \`jti\`]:JTI:"
  "--job[follow one job, by its \`job_id\`]:JOB_ID:"
  "--subject[follow all jobs with this subject, letter for letter]:SUBJECT:"
  "--trail[read the files that a trail has written there, instead of the event history]:S3_URL:"
  "*--region[a further Region whose event history may have sessions of the identity and their calls\; may be repeated]:REGION:"
  "--stack[the issuer\'s stack (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_audit_defaults_added=0

_shtab_jobpass_completion_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  ":bash, zsh or fish:(bash zsh fish)"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_completion_defaults_added=0

_shtab_jobpass_credential_process_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--role-arn[the role (default\: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)]:ARN:"
  "--audience[the audience of the ID token (default\: sts.amazonaws.com)]:AUDIENCE:"
  "--duration[how long the session lasts, 900 to 43200 (default\: 3600)]:SECONDS:"
  "--session-name[the session\'s name in CloudTrail (default\: AWS_ROLE_SESSION_NAME, or jobpass-\<job_id\>)]:NAME:"
  "--from[the environment block to take (default\: the first that is whole)]:BLOCK:(jobpass github windmill azure aws-sdk google)"
  "--reveal[print them even to a terminal]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_credential_process_defaults_added=0

_shtab_jobpass_doctor_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--strict[end with 1 for warnings too]"
  "--timeout[how long to wait for each answer (default\: 10)]:SECONDS:"
  "--json[print one JSON document, errors too]"
  ":the issuer, letter for letter as \`iss\` has it:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_doctor_defaults_added=0

_shtab_jobpass_env_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--role-arn[the role (default\: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)]:ARN:"
  "--audience[the audience of the ID token (default\: sts.amazonaws.com)]:AUDIENCE:"
  "--duration[how long the session lasts, 900 to 43200 (default\: 3600)]:SECONDS:"
  "--session-name[the session\'s name in CloudTrail (default\: AWS_ROLE_SESSION_NAME, or jobpass-\<job_id\>)]:NAME:"
  "--from[the environment block to take (default\: the first that is whole)]:BLOCK:(jobpass github windmill azure aws-sdk google)"
  "--format[how to write them\: shell, dotenv, github, fish, powershell (default\: shell)]:FORMAT:(shell dotenv github fish powershell)"
  "--reveal[print them even to a terminal]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_env_defaults_added=0

_shtab_jobpass_exec_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--role-arn[the role (default\: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)]:ARN:"
  "--audience[the audience of the ID token (default\: sts.amazonaws.com)]:AUDIENCE:"
  "--duration[how long the session lasts, 900 to 43200 (default\: 3600)]:SECONDS:"
  "--session-name[the session\'s name in CloudTrail (default\: AWS_ROLE_SESSION_NAME, or jobpass-\<job_id\>)]:NAME:"
  "--from[the environment block to take (default\: the first that is whole)]:BLOCK:(jobpass github windmill azure aws-sdk google)"
  "(-)*::the command and its arguments, after \`--\`:_jobpass_command_line"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_exec_defaults_added=0

_shtab_jobpass_explain_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--token-file[the file that holds the token\; \`-\` is standard input]:FILE:_files"
  "--token-env[the environment variable that holds the token]:NAME:"
  "--profile[preview\: the job\'s profile in jobpass.yaml]:NAME:"
  "*--field[preview\: a field of the job\; may be repeated]:FIELD=VALUE:"
  "--registration[preview\: what \`POST \/v1\/jobs\` or \`GET \/v1\/jobs\/\{job_id\}\` answered\; \`-\` is standard input]:FILE:_files"
  "--audience[preview\: the audience (default\: the registered one, or sts.amazonaws.com)]:AUDIENCE:"
  "*--role-arn[preview\: a role that the token is pinned to, by ARN or name\; may be repeated]:ARN:"
  "--config[the deployment\'s configuration (default\: jobpass.yaml)]:FILE:_files"
  "--issuer-url[the issuer (default\: \`issuer.url\` of the file)]:URL:"
  "--account[the account of a role that is named by its name]:ID:"
  "--trust-policy[the role\'s trust policy, or what \`aws iam get-role\` prints]:FILE:_files"
  "--provider-url[with --trust-policy\: the OIDC provider of the account (default\: those that the policy names)]:URL:"
  "*--client-id[with --trust-policy\: a client ID of the provider\; may be repeated (default\: the token\'s audience)]:AUDIENCE:"
  "--max-session-seconds[with --trust-policy\: how long the role\'s sessions may last (default\: 3600)]:SECONDS:"
  "--jwks[the issuer\'s JWK Set in a file (default\: it is fetched from the issuer)]:FILE:_files"
  "--no-jwks[leave the signature unchecked]"
  "--session-name[the RoleSessionName of the call]:NAME:"
  "*--context[a condition key of the call that token and role do not tell, such as aws\:SourceIp\; may be repeated]:KEY=VALUE:"
  "--duration[the DurationSeconds of the call]:SECONDS:"
  "--at[the moment of the call (default\: now)]:TIME:"
  "--error[an error text from a log, alone\; \`-\` is standard input]:TEXT:"
  "--json[print one JSON document, errors too]"
  ":a role\'s name in jobpass.yaml, or its ARN:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_explain_defaults_added=0

_shtab_jobpass_init_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--preset[whose jobs they are\: buildkite, github, gitlab, semaphore, windmill (default\: github)]:NAME:"
  "--form[the preset\'s form, where it has several (default\: its first)]:FORM:"
  "--platform[who registers jobs (default\: ci-server)]:NAME:"
  "*--principal[the IAM role, user or account whose sessions register jobs\; may be repeated]:ARN:"
  "*--public-key[the public key of a platform without AWS credentials, a JWK or PEM\; may be repeated]:FILE:_files"
  "--role[the IAM role\'s name (default\: deploy)]:NAME:"
  "*--when[what a field of the jobs that the role trusts must be\; \`\*\` stands for any text, \`\?\` for one character\; may be repeated]:FIELD=VALUE:"
  "*--managed-policy[a policy that says what such a job may do\; may be repeated]:ARN:"
  "*--audience[for whom jobs may have tokens (default\: sts.amazonaws.com)\; may be repeated]:AUDIENCE:"
  "--allow-any[why the role may trust so many jobs]:REASON:"
  "--name[names the stack, and begins its roles\' names (default\: jobpass)]:NAME:"
  "--issuer-url[the issuer, on a domain of your own (default\: CloudFront\'s)]:URL:"
  "--certificate-arn[the ACM certificate for that domain, in us-east-1]:ARN:"
  "--production[keep table, documents and signing keys when the stack goes (default)]"
  "--demonstration[leave nothing behind when the stack goes]"
  "--defaults[ask nothing, at a terminal neither]"
  "--force[replace a file that is there, and keep a copy of it]"
  "--json[print one JSON document, errors too]"
  ":the file to write (default\: jobpass.yaml):_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_init_defaults_added=0

_shtab_jobpass_jobs_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_jobs_defaults_added=0

_shtab_jobpass_jobs_end_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--api-url[the output \`ApiUrl\` (default\: JOBPASS_API_URL)]:URL:"
  "--invocation-role-arn[the output \`Platform\…InvocationRoleArn\`, the role to sign with (default\: JOBPASS_INVOCATION_ROLE_ARN)]:ARN:"
  "--json[print one JSON document, errors too]"
  ":the \`job_id\` that the registration answered with:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_jobs_end_defaults_added=0

_shtab_jobpass_jobs_register_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--profile[the profile of jobpass.yaml that describes the job]:NAME:"
  "*--field[a field of the job\; may be repeated]:NAME=VALUE:"
  "*--role[a role that the job needs, by its name in jobpass.yaml\; may be repeated]:NAME:"
  "*--audience[whom its tokens may be for (default\: the profile\'s)\; may be repeated]:AUDIENCE:"
  "--expires-in[when the registration ends by itself (default\: 3600)]:SECONDS:"
  "--pinned[tokens for AWS open the named roles alone]"
  "--aws-claims[\`none\`\: tokens without session tags and source identity, for roles that somebody else wrote]:CLAIMS:(full none)"
  "*--environment[an environment block for the job\: jobpass, github, windmill, aws-sdk, google, azure (default\: github)\; may be repeated]:BLOCK:(jobpass github windmill aws-sdk google azure)"
  "--from-file[a registration as \`POST \/v1\/jobs\` takes it, in JSON\; \`-\` is standard input\; options come before it]:FILE:_files"
  "--format[print the job\'s variables instead\: shell, dotenv, github, fish, powershell]:FORMAT:(shell dotenv github fish powershell)"
  "--reveal[show the request token even to a terminal]"
  "--allow-refused-roles[register though a named role refuses the job]"
  "*--env[another variable that the command gets\; may be repeated]:NAME:"
  "--api-url[the output \`ApiUrl\` (default\: JOBPASS_API_URL)]:URL:"
  "--invocation-role-arn[the output \`Platform\…InvocationRoleArn\`, the role to sign with (default\: JOBPASS_INVOCATION_ROLE_ARN)]:ARN:"
  "--json[print one JSON document, errors too]"
  "(-)*::a command to run as this job, with its arguments, after \`--\`:_jobpass_command_line"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_jobs_register_defaults_added=0

_shtab_jobpass_jobs_show_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--api-url[the output \`ApiUrl\` (default\: JOBPASS_API_URL)]:URL:"
  "--invocation-role-arn[the output \`Platform\…InvocationRoleArn\`, the role to sign with (default\: JOBPASS_INVOCATION_ROLE_ARN)]:ARN:"
  "--json[print one JSON document, errors too]"
  ":the \`job_id\` that the registration answered with:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_jobs_show_defaults_added=0

_shtab_jobpass_keys_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_defaults_added=0

_shtab_jobpass_keys_list_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--function[the keys function, by its name or ARN]:NAME:"
  "--stack[the stack that has it (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_list_defaults_added=0

_shtab_jobpass_keys_revoke_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--reason[why, in at most 200 characters\; it is written on the key]:TEXT:"
  "--yes[do not ask]"
  "--function[the keys function, by its name or ARN]:NAME:"
  "--stack[the stack that has it (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
  ":the key, by its \`kid\` or the beginning of that:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_revoke_defaults_added=0

_shtab_jobpass_keys_roll_back_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--function[the keys function, by its name or ARN]:NAME:"
  "--stack[the stack that has it (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_roll_back_defaults_added=0

_shtab_jobpass_keys_rotate_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--function[the keys function, by its name or ARN]:NAME:"
  "--stack[the stack that has it (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_rotate_defaults_added=0

_shtab_jobpass_keys_settle_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--function[the keys function, by its name or ARN]:NAME:"
  "--stack[the stack that has it (default\: the \`name\` of the jobpass.yaml here, or else \`jobpass\`)]:NAME:"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_keys_settle_defaults_added=0

_shtab_jobpass_policy_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--config[the deployment\'s configuration (default\: jobpass.yaml, for ROLE)]:FILE:_files"
  "--issuer-url[the issuer (default\: \`issuer.url\` of the file)]:URL:"
  "--provider-arn[the OIDC provider in the role\'s account]:ARN:"
  "--account[the role\'s account, in the place of the provider\'s ARN (default\: that of the file, where it names one)]:ID:"
  "--profile[the preset, or the profile of \`--config\`, whose jobs are trusted]:NAME:"
  "--form[the preset\'s form, where it has several (default\: its first)]:FORM:"
  "*--when[what a field of such a job must be\; \`\*\` stands for any text, \`\?\` for one character\; may be repeated]:FIELD=VALUE:"
  "*--audience[an audience that the role takes (default\: sts.amazonaws.com)\; may be repeated]:AUDIENCE:"
  "--pin[take only tokens that are pinned to the role]"
  "--allow-any[why the role may trust so many jobs]:REASON:"
  "--json[print one JSON document, errors too]"
  ":a role of the file:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_policy_defaults_added=0

_shtab_jobpass_token_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--audience[whom the token is for (default\: the registration\'s default audience)]:AUDIENCE:"
  "--expires-in[how long it should live (default\: as configured)]:SECONDS:"
  "--role-arn[pin it to one role of the registration\: no other takes it]:ARN:"
  "--from[the environment block to take (default\: the first that is whole)]:BLOCK:(jobpass github windmill azure aws-sdk google)"
  "--reveal[print it even to a terminal]"
  "--json[print one JSON document, errors too]"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_token_defaults_added=0

_shtab_jobpass_token_file_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--audience[whom the token is for (default\: the registration\'s default audience)]:AUDIENCE:"
  "--expires-in[how long it should live (default\: as configured)]:SECONDS:"
  "--role-arn[pin it to one role of the registration\: no other takes it]:ARN:"
  "--from[the environment block to take (default\: the first that is whole)]:BLOCK:(jobpass github windmill azure aws-sdk google)"
  "--watch[stay, and keep the token in the file fresh]"
  "--json[print one JSON document, errors too]"
  ":the file to write:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_token_file_defaults_added=0

_shtab_jobpass_verify_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--token-file[the file that holds the token\; \`-\` is standard input]:FILE:_files"
  "--token-env[the environment variable that holds the token]:NAME:"
  "--issuer-url[the issuer to trust, letter for letter as \`iss\` has it]:URL:"
  "--audience[whom the token must be for]:AUDIENCE:"
  "--jwks[the issuer\'s JWK Set, instead of fetching it\; \`-\` is standard input]:FILE:_files"
  "--at[the moment to ask about, instead of now]:TIME:"
  "--leeway[by how much clocks may differ, up to 300 (default\: 0)]:SECONDS:"
  "--json[print one JSON document, errors too]"
  ":the token\; others on this machine may read it there:"
)

# guard to ensure default positional specs are added only once per session
_shtab_jobpass_verify_defaults_added=0


_shtab_jobpass() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->jobpass'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_jobpass_defaults_added )); then
    if (( ${_shtab_jobpass_options[(I)${(q)one_or_more}*]} +          ${_shtab_jobpass_options[(I)${(q)remainder}*]} +          ${_shtab_jobpass_options[(I)${(q)default}]} == 0 )); then
      _shtab_jobpass_options+=(': :_shtab_jobpass_commands' '*::: :->jobpass')
    fi
    _shtab_jobpass_defaults_added=1
  fi
  _arguments -C -s $_shtab_jobpass_options

  case $state in
    jobpass)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_jobpass-$line[1]:"
      case $line[1] in
        audit) _arguments -C -s $_shtab_jobpass_audit_options ;;
        completion) _arguments -C -s $_shtab_jobpass_completion_options ;;
        credential-process) _arguments -C -s $_shtab_jobpass_credential_process_options ;;
        doctor) _arguments -C -s $_shtab_jobpass_doctor_options ;;
        env) _arguments -C -s $_shtab_jobpass_env_options ;;
        exec) _arguments -C -s $_shtab_jobpass_exec_options ;;
        explain) _arguments -C -s $_shtab_jobpass_explain_options ;;
        init) _arguments -C -s $_shtab_jobpass_init_options ;;
        jobs) _shtab_jobpass_jobs ;;
        keys) _shtab_jobpass_keys ;;
        policy) _arguments -C -s $_shtab_jobpass_policy_options ;;
        token) _arguments -C -s $_shtab_jobpass_token_options ;;
        token-file) _arguments -C -s $_shtab_jobpass_token_file_options ;;
        verify) _arguments -C -s $_shtab_jobpass_verify_options ;;
      esac
  esac
}

_shtab_jobpass_jobs() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->jobs'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_jobpass_jobs_defaults_added )); then
    if (( ${_shtab_jobpass_jobs_options[(I)${(q)one_or_more}*]} +          ${_shtab_jobpass_jobs_options[(I)${(q)remainder}*]} +          ${_shtab_jobpass_jobs_options[(I)${(q)default}]} == 0 )); then
      _shtab_jobpass_jobs_options+=(': :_shtab_jobpass_jobs_commands' '*::: :->jobs')
    fi
    _shtab_jobpass_jobs_defaults_added=1
  fi
  _arguments -C -s $_shtab_jobpass_jobs_options

  case $state in
    jobs)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_jobpass_jobs-$line[1]:"
      case $line[1] in
        end) _arguments -C -s $_shtab_jobpass_jobs_end_options ;;
        register) _arguments -C -s $_shtab_jobpass_jobs_register_options ;;
        show) _arguments -C -s $_shtab_jobpass_jobs_show_options ;;
      esac
  esac
}

_shtab_jobpass_keys() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->keys'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_jobpass_keys_defaults_added )); then
    if (( ${_shtab_jobpass_keys_options[(I)${(q)one_or_more}*]} +          ${_shtab_jobpass_keys_options[(I)${(q)remainder}*]} +          ${_shtab_jobpass_keys_options[(I)${(q)default}]} == 0 )); then
      _shtab_jobpass_keys_options+=(': :_shtab_jobpass_keys_commands' '*::: :->keys')
    fi
    _shtab_jobpass_keys_defaults_added=1
  fi
  _arguments -C -s $_shtab_jobpass_keys_options

  case $state in
    keys)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_jobpass_keys-$line[1]:"
      case $line[1] in
        list) _arguments -C -s $_shtab_jobpass_keys_list_options ;;
        revoke) _arguments -C -s $_shtab_jobpass_keys_revoke_options ;;
        roll-back) _arguments -C -s $_shtab_jobpass_keys_roll_back_options ;;
        rotate) _arguments -C -s $_shtab_jobpass_keys_rotate_options ;;
        settle) _arguments -C -s $_shtab_jobpass_keys_settle_options ;;
      esac
  esac
}

# Custom Preamble
_jobpass_command_line() {
  if [[ $words[1] == -- ]]; then shift words; (( CURRENT -= 1 )); fi
  _normal
}

# End Custom Preamble


typeset -A opt_args

if [[ $zsh_eval_context[-1] == (eval|file) ]]; then
  # eval/source/. command, register function for later
  compdef _shtab_jobpass -N jobpass
else
  # autoload from fpath, call function directly
  _shtab_jobpass "$@"
fi
