# Completion of `jobpass` in fish; made by `python -m jobpass.command.completion` with shtab (Apache-2.0):
# edit the commands, not this file.

# Custom Preamble
function _jobpass_command_line
  set -l before (commandline -opc)
  set -l at (contains -i -- -- $before); or return
  set -e before[1..$at]
  complete -C (string join " " -- (string escape -- $before) (commandline -ct))
end

# End Custom Preamble

# Parse current commandline:
# - _shtab_jobpass_cmdpath=(sub)command path seen so far
# - _shtab_jobpass_npos=number of positional arguments given after it
# - options are skipped based on _shtab_jobpass_opts_with_value & _shtab_jobpass_commands lists
function _shtab_jobpass_scan
  set -g _shtab_jobpass_cmdpath ''
  set -g _shtab_jobpass_npos 0
  set -l tokens (commandline -opc)
  set -e tokens[1]
  set -l expect_value 0
  for t in $tokens
    if test $expect_value -eq 1
      set expect_value 0
      continue
    end
    switch "$t"
      case '--*=*'
        continue
      case '-*'
        if contains -- $t $_shtab_jobpass_opts_with_value
          set expect_value 1
        end
        continue
      case '*'
        if test $_shtab_jobpass_npos -eq 0
          set -l candidate $t
          if test -n "$_shtab_jobpass_cmdpath"
            set candidate "$_shtab_jobpass_cmdpath $t"
          end
          if contains -- $candidate $_shtab_jobpass_commands
            set -g _shtab_jobpass_cmdpath $candidate
            continue
          end
        end
        set -g _shtab_jobpass_npos (math $_shtab_jobpass_npos + 1)
    end
  end
end

# Condition helper: true if the current (sub)command path equals the given one.
function _shtab_jobpass_using
  _shtab_jobpass_scan
  test "$_shtab_jobpass_cmdpath" = "$argv"
end

set -g _shtab_jobpass_commands jobs 'jobs register' 'jobs show' 'jobs end' keys 'keys list' 'keys revoke' 'keys roll-back' 'keys rotate' 'keys settle' audit completion credential-process doctor env exec explain init policy token token-file verify
set -g _shtab_jobpass_opts_with_value --account --allow-any --api-url --at --audience --aws-claims --certificate-arn --client-id --config --context --duration --env --environment --error --expires-in --field --form --format --from --from-file --function --invocation-role-arn --issuer-url --job --jti --jwks --leeway --managed-policy --max-session-seconds --name --platform --preset --principal --profile --provider-arn --provider-url --public-key --reason --region --registration --role --role-arn --session-name --stack --subject --timeout --to --token-env --token-file --trail --trust-policy --when

complete -c jobpass -e
complete -c jobpass -f

complete -c jobpass -n _shtab_jobpass_using -s h -l help -d 'show this help message and exit'
complete -c jobpass -n _shtab_jobpass_using -l version -d 'print the version'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a jobs -d 'The jobs of a platform: registered, looked at and ended, with its invocation role or a key of its own.'
complete -c jobpass -n '_shtab_jobpass_using jobs' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using jobs; and test $_shtab_jobpass_npos -eq 0' -a register -d 'register a job, and hand its secret on, or run a command as it'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l profile -x -d 'the profile of jobpass.yaml that describes the job'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l field -x -d 'a field of the job; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l role -x -d 'a role that the job needs, by its name in jobpass.yaml; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l audience -x -d 'whom its tokens may be for (default: the profile'"'"'s); may be repeated'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l expires-in -x -d 'when the registration ends by itself (default: 3600)'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l pinned -d 'tokens for AWS open the named roles alone'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l aws-claims -xka "full none" -d '`none`: tokens without session tags and source identity, for roles that somebody else wrote'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l environment -xka "jobpass github windmill aws-sdk google azure" -d 'an environment block for the job: jobpass, github, windmill, aws-sdk, google, azure (default: github); may be repeated'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l from-file -xka "(__fish_complete_path (commandline -ct))" -d 'a registration as `POST /v1/jobs` takes it, in JSON; `-` is standard input; options come before it'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l format -xka "shell dotenv github fish powershell" -d 'print the job'"'"'s variables instead: shell, dotenv, github, fish, powershell'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l reveal -d 'show the request token even to a terminal'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l allow-refused-roles -d 'register though a named role refuses the job'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l env -x -d 'another variable that the command gets; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l api-url -x -d 'the output `ApiUrl` (default: JOBPASS_API_URL)'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l invocation-role-arn -x -d 'the output `Platform…InvocationRoleArn`, the role to sign with (default: JOBPASS_INVOCATION_ROLE_ARN)'
complete -c jobpass -n '_shtab_jobpass_using jobs register' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using jobs register; and test $_shtab_jobpass_npos -ge 0' -ka "(_jobpass_command_line)" -d 'a command to run as this job, with its arguments, after `--`'
complete -c jobpass -n '_shtab_jobpass_using jobs; and test $_shtab_jobpass_npos -eq 0' -a show -d 'look at a job that was registered'
complete -c jobpass -n '_shtab_jobpass_using jobs show' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using jobs show' -l api-url -x -d 'the output `ApiUrl` (default: JOBPASS_API_URL)'
complete -c jobpass -n '_shtab_jobpass_using jobs show' -l invocation-role-arn -x -d 'the output `Platform…InvocationRoleArn`, the role to sign with (default: JOBPASS_INVOCATION_ROLE_ARN)'
complete -c jobpass -n '_shtab_jobpass_using jobs show' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using jobs; and test $_shtab_jobpass_npos -eq 0' -a end -d 'end a job: it gets no token from then on'
complete -c jobpass -n '_shtab_jobpass_using jobs end' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using jobs end' -l api-url -x -d 'the output `ApiUrl` (default: JOBPASS_API_URL)'
complete -c jobpass -n '_shtab_jobpass_using jobs end' -l invocation-role-arn -x -d 'the output `Platform…InvocationRoleArn`, the role to sign with (default: JOBPASS_INVOCATION_ROLE_ARN)'
complete -c jobpass -n '_shtab_jobpass_using jobs end' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a keys -d 'The issuer'"'"'s signing keys: looked at, rotated and revoked by whoever may invoke the keys function.'
complete -c jobpass -n '_shtab_jobpass_using keys' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys; and test $_shtab_jobpass_npos -eq 0' -a list -d 'show the signing keys: which signs, and what comes'
complete -c jobpass -n '_shtab_jobpass_using keys list' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys list' -l function -x -d 'the keys function, by its name or ARN'
complete -c jobpass -n '_shtab_jobpass_using keys list' -l stack -x -d 'the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using keys list' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using keys; and test $_shtab_jobpass_npos -eq 0' -a revoke -d 'stop a signing key at once and for ever, and let the next sign'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -l reason -x -d 'why, in at most 200 characters; it is written on the key'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -l yes -d 'do not ask'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -l function -x -d 'the keys function, by its name or ARN'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -l stack -x -d 'the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using keys revoke' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using keys; and test $_shtab_jobpass_npos -eq 0' -a roll-back -d 'let the key that signed before a rotation sign again'
complete -c jobpass -n '_shtab_jobpass_using keys roll-back' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys roll-back' -l function -x -d 'the keys function, by its name or ARN'
complete -c jobpass -n '_shtab_jobpass_using keys roll-back' -l stack -x -d 'the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using keys roll-back' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using keys; and test $_shtab_jobpass_npos -eq 0' -a rotate -d 'let the key in reserve sign'
complete -c jobpass -n '_shtab_jobpass_using keys rotate' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys rotate' -l function -x -d 'the keys function, by its name or ARN'
complete -c jobpass -n '_shtab_jobpass_using keys rotate' -l stack -x -d 'the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using keys rotate' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using keys; and test $_shtab_jobpass_npos -eq 0' -a settle -d 'take the steps that are due now, and mend the ring'
complete -c jobpass -n '_shtab_jobpass_using keys settle' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using keys settle' -l function -x -d 'the keys function, by its name or ARN'
complete -c jobpass -n '_shtab_jobpass_using keys settle' -l stack -x -d 'the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using keys settle' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a audit -d 'account for every signature, or follow a token to what was done with it'
complete -c jobpass -n '_shtab_jobpass_using audit' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using audit' -l from -x -d 'where the range begins (default: an hour before its end)'
complete -c jobpass -n '_shtab_jobpass_using audit' -l to -x -d 'where the range ends (default: now)'
complete -c jobpass -n '_shtab_jobpass_using audit' -l jti -x -d 'follow one token, by its `jti`'
complete -c jobpass -n '_shtab_jobpass_using audit' -l job -x -d 'follow one job, by its `job_id`'
complete -c jobpass -n '_shtab_jobpass_using audit' -l subject -x -d 'follow all jobs with this subject, letter for letter'
complete -c jobpass -n '_shtab_jobpass_using audit' -l trail -x -d 'read the files that a trail has written there, instead of the event history'
complete -c jobpass -n '_shtab_jobpass_using audit' -l region -x -d 'a further Region whose event history may have sessions of the identity and their calls; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using audit' -l stack -x -d 'the issuer'"'"'s stack (default: the `name` of the jobpass.yaml here, or else `jobpass`)'
complete -c jobpass -n '_shtab_jobpass_using audit' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a completion -d 'print the script that makes bash, zsh or fish complete'
complete -c jobpass -n '_shtab_jobpass_using completion' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using completion; and test $_shtab_jobpass_npos -eq 0' -ka "bash zsh fish" -d 'bash, zsh or fish'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a credential-process -d 'print AWS credentials as `credential_process` wants them'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l role-arn -x -d 'the role (default: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l audience -x -d 'the audience of the ID token (default: sts.amazonaws.com)'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l duration -x -d 'how long the session lasts, 900 to 43200 (default: 3600)'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l session-name -x -d 'the session'"'"'s name in CloudTrail (default: AWS_ROLE_SESSION_NAME, or jobpass-<job_id>)'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l from -xka "jobpass github windmill azure aws-sdk google" -d 'the environment block to take (default: the first that is whole)'
complete -c jobpass -n '_shtab_jobpass_using credential-process' -l reveal -d 'print them even to a terminal'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a doctor -d 'look at an issuer as AWS and strict clients do, and say what to mend'
complete -c jobpass -n '_shtab_jobpass_using doctor' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using doctor' -l strict -d 'end with 1 for warnings too'
complete -c jobpass -n '_shtab_jobpass_using doctor' -l timeout -x -d 'how long to wait for each answer (default: 10)'
complete -c jobpass -n '_shtab_jobpass_using doctor' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a env -d 'print AWS credentials as environment variables'
complete -c jobpass -n '_shtab_jobpass_using env' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using env' -l role-arn -x -d 'the role (default: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)'
complete -c jobpass -n '_shtab_jobpass_using env' -l audience -x -d 'the audience of the ID token (default: sts.amazonaws.com)'
complete -c jobpass -n '_shtab_jobpass_using env' -l duration -x -d 'how long the session lasts, 900 to 43200 (default: 3600)'
complete -c jobpass -n '_shtab_jobpass_using env' -l session-name -x -d 'the session'"'"'s name in CloudTrail (default: AWS_ROLE_SESSION_NAME, or jobpass-<job_id>)'
complete -c jobpass -n '_shtab_jobpass_using env' -l from -xka "jobpass github windmill azure aws-sdk google" -d 'the environment block to take (default: the first that is whole)'
complete -c jobpass -n '_shtab_jobpass_using env' -l format -xka "shell dotenv github fish powershell" -d 'how to write them: shell, dotenv, github, fish, powershell (default: shell)'
complete -c jobpass -n '_shtab_jobpass_using env' -l reveal -d 'print them even to a terminal'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a exec -d 'run a command with AWS credentials that are renewed while it runs'
complete -c jobpass -n '_shtab_jobpass_using exec' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using exec' -l role-arn -x -d 'the role (default: AWS_ROLE_ARN, or the role that AWS_CONTAINER_CREDENTIALS_FULL_URI names)'
complete -c jobpass -n '_shtab_jobpass_using exec' -l audience -x -d 'the audience of the ID token (default: sts.amazonaws.com)'
complete -c jobpass -n '_shtab_jobpass_using exec' -l duration -x -d 'how long the session lasts, 900 to 43200 (default: 3600)'
complete -c jobpass -n '_shtab_jobpass_using exec' -l session-name -x -d 'the session'"'"'s name in CloudTrail (default: AWS_ROLE_SESSION_NAME, or jobpass-<job_id>)'
complete -c jobpass -n '_shtab_jobpass_using exec' -l from -xka "jobpass github windmill azure aws-sdk google" -d 'the environment block to take (default: the first that is whole)'
complete -c jobpass -n '_shtab_jobpass_using exec; and test $_shtab_jobpass_npos -ge 0' -ka "(_jobpass_command_line)" -d 'the command and its arguments, after `--`'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a explain -d 'say why a role refuses a job, and the one thing to change'
complete -c jobpass -n '_shtab_jobpass_using explain' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using explain' -l token-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file that holds the token; `-` is standard input'
complete -c jobpass -n '_shtab_jobpass_using explain' -l token-env -x -d 'the environment variable that holds the token'
complete -c jobpass -n '_shtab_jobpass_using explain' -l profile -x -d 'preview: the job'"'"'s profile in jobpass.yaml'
complete -c jobpass -n '_shtab_jobpass_using explain' -l field -x -d 'preview: a field of the job; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using explain' -l registration -xka "(__fish_complete_path (commandline -ct))" -d 'preview: what `POST /v1/jobs` or `GET /v1/jobs/{job_id}` answered; `-` is standard input'
complete -c jobpass -n '_shtab_jobpass_using explain' -l audience -x -d 'preview: the audience (default: the registered one, or sts.amazonaws.com)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l role-arn -x -d 'preview: a role that the token is pinned to, by ARN or name; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using explain' -l config -xka "(__fish_complete_path (commandline -ct))" -d 'the deployment'"'"'s configuration (default: jobpass.yaml)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l issuer-url -x -d 'the issuer (default: `issuer.url` of the file)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l account -x -d 'the account of a role that is named by its name'
complete -c jobpass -n '_shtab_jobpass_using explain' -l trust-policy -xka "(__fish_complete_path (commandline -ct))" -d 'the role'"'"'s trust policy, or what `aws iam get-role` prints'
complete -c jobpass -n '_shtab_jobpass_using explain' -l provider-url -x -d 'with --trust-policy: the OIDC provider of the account (default: those that the policy names)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l client-id -x -d 'with --trust-policy: a client ID of the provider; may be repeated (default: the token'"'"'s audience)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l max-session-seconds -x -d 'with --trust-policy: how long the role'"'"'s sessions may last (default: 3600)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l jwks -xka "(__fish_complete_path (commandline -ct))" -d 'the issuer'"'"'s JWK Set in a file (default: it is fetched from the issuer)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l no-jwks -d 'leave the signature unchecked'
complete -c jobpass -n '_shtab_jobpass_using explain' -l session-name -x -d 'the RoleSessionName of the call'
complete -c jobpass -n '_shtab_jobpass_using explain' -l context -x -d 'a condition key of the call that token and role do not tell, such as aws:SourceIp; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using explain' -l duration -x -d 'the DurationSeconds of the call'
complete -c jobpass -n '_shtab_jobpass_using explain' -l at -x -d 'the moment of the call (default: now)'
complete -c jobpass -n '_shtab_jobpass_using explain' -l error -x -d 'an error text from a log, alone; `-` is standard input'
complete -c jobpass -n '_shtab_jobpass_using explain' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a init -d 'write a first jobpass.yaml, from a few questions or options'
complete -c jobpass -n '_shtab_jobpass_using init' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using init' -l preset -x -d 'whose jobs they are: buildkite, github, gitlab, semaphore, windmill (default: github)'
complete -c jobpass -n '_shtab_jobpass_using init' -l form -x -d 'the preset'"'"'s form, where it has several (default: its first)'
complete -c jobpass -n '_shtab_jobpass_using init' -l platform -x -d 'who registers jobs (default: ci-server)'
complete -c jobpass -n '_shtab_jobpass_using init' -l principal -x -d 'the IAM role, user or account whose sessions register jobs; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using init' -l public-key -xka "(__fish_complete_path (commandline -ct))" -d 'the public key of a platform without AWS credentials, a JWK or PEM; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using init' -l role -x -d 'the IAM role'"'"'s name (default: deploy)'
complete -c jobpass -n '_shtab_jobpass_using init' -l when -x -d 'what a field of the jobs that the role trusts must be; `*` stands for any text, `?` for one character; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using init' -l managed-policy -x -d 'a policy that says what such a job may do; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using init' -l audience -x -d 'for whom jobs may have tokens (default: sts.amazonaws.com); may be repeated'
complete -c jobpass -n '_shtab_jobpass_using init' -l allow-any -x -d 'why the role may trust so many jobs'
complete -c jobpass -n '_shtab_jobpass_using init' -l name -x -d 'names the stack, and begins its roles'"'"' names (default: jobpass)'
complete -c jobpass -n '_shtab_jobpass_using init' -l issuer-url -x -d 'the issuer, on a domain of your own (default: CloudFront'"'"'s)'
complete -c jobpass -n '_shtab_jobpass_using init' -l certificate-arn -x -d 'the ACM certificate for that domain, in us-east-1'
complete -c jobpass -n '_shtab_jobpass_using init' -l production -d 'keep table, documents and signing keys when the stack goes (default)'
complete -c jobpass -n '_shtab_jobpass_using init' -l demonstration -d 'leave nothing behind when the stack goes'
complete -c jobpass -n '_shtab_jobpass_using init' -l defaults -d 'ask nothing, at a terminal neither'
complete -c jobpass -n '_shtab_jobpass_using init' -l force -d 'replace a file that is there, and keep a copy of it'
complete -c jobpass -n '_shtab_jobpass_using init' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using init; and test $_shtab_jobpass_npos -eq 0' -ka "(__fish_complete_path (commandline -ct))" -d 'the file to write (default: jobpass.yaml)'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a policy -d 'print the trust policy of a role'
complete -c jobpass -n '_shtab_jobpass_using policy' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using policy' -l config -xka "(__fish_complete_path (commandline -ct))" -d 'the deployment'"'"'s configuration (default: jobpass.yaml, for ROLE)'
complete -c jobpass -n '_shtab_jobpass_using policy' -l issuer-url -x -d 'the issuer (default: `issuer.url` of the file)'
complete -c jobpass -n '_shtab_jobpass_using policy' -l provider-arn -x -d 'the OIDC provider in the role'"'"'s account'
complete -c jobpass -n '_shtab_jobpass_using policy' -l account -x -d 'the role'"'"'s account, in the place of the provider'"'"'s ARN (default: that of the file, where it names one)'
complete -c jobpass -n '_shtab_jobpass_using policy' -l profile -x -d 'the preset, or the profile of `--config`, whose jobs are trusted'
complete -c jobpass -n '_shtab_jobpass_using policy' -l form -x -d 'the preset'"'"'s form, where it has several (default: its first)'
complete -c jobpass -n '_shtab_jobpass_using policy' -l when -x -d 'what a field of such a job must be; `*` stands for any text, `?` for one character; may be repeated'
complete -c jobpass -n '_shtab_jobpass_using policy' -l audience -x -d 'an audience that the role takes (default: sts.amazonaws.com); may be repeated'
complete -c jobpass -n '_shtab_jobpass_using policy' -l pin -d 'take only tokens that are pinned to the role'
complete -c jobpass -n '_shtab_jobpass_using policy' -l allow-any -x -d 'why the role may trust so many jobs'
complete -c jobpass -n '_shtab_jobpass_using policy' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a token -d 'print the job'"'"'s ID token'
complete -c jobpass -n '_shtab_jobpass_using token' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using token' -l audience -x -d 'whom the token is for (default: the registration'"'"'s default audience)'
complete -c jobpass -n '_shtab_jobpass_using token' -l expires-in -x -d 'how long it should live (default: as configured)'
complete -c jobpass -n '_shtab_jobpass_using token' -l role-arn -x -d 'pin it to one role of the registration: no other takes it'
complete -c jobpass -n '_shtab_jobpass_using token' -l from -xka "jobpass github windmill azure aws-sdk google" -d 'the environment block to take (default: the first that is whole)'
complete -c jobpass -n '_shtab_jobpass_using token' -l reveal -d 'print it even to a terminal'
complete -c jobpass -n '_shtab_jobpass_using token' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a token-file -d 'keep the job'"'"'s ID token in a file, for what reads it there'
complete -c jobpass -n '_shtab_jobpass_using token-file' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l audience -x -d 'whom the token is for (default: the registration'"'"'s default audience)'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l expires-in -x -d 'how long it should live (default: as configured)'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l role-arn -x -d 'pin it to one role of the registration: no other takes it'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l from -xka "jobpass github windmill azure aws-sdk google" -d 'the environment block to take (default: the first that is whole)'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l watch -d 'stay, and keep the token in the file fresh'
complete -c jobpass -n '_shtab_jobpass_using token-file' -l json -d 'print one JSON document, errors too'
complete -c jobpass -n '_shtab_jobpass_using token-file; and test $_shtab_jobpass_npos -eq 0' -ka "(__fish_complete_path (commandline -ct))" -d 'the file to write'
complete -c jobpass -n '_shtab_jobpass_using; and test $_shtab_jobpass_npos -eq 0' -a verify -d 'say whether an ID token is good, and what it proves'
complete -c jobpass -n '_shtab_jobpass_using verify' -s h -l help -d 'show this help message and exit'
complete -c jobpass -n '_shtab_jobpass_using verify' -l token-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file that holds the token; `-` is standard input'
complete -c jobpass -n '_shtab_jobpass_using verify' -l token-env -x -d 'the environment variable that holds the token'
complete -c jobpass -n '_shtab_jobpass_using verify' -l issuer-url -x -d 'the issuer to trust, letter for letter as `iss` has it'
complete -c jobpass -n '_shtab_jobpass_using verify' -l audience -x -d 'whom the token must be for'
complete -c jobpass -n '_shtab_jobpass_using verify' -l jwks -xka "(__fish_complete_path (commandline -ct))" -d 'the issuer'"'"'s JWK Set, instead of fetching it; `-` is standard input'
complete -c jobpass -n '_shtab_jobpass_using verify' -l at -x -d 'the moment to ask about, instead of now'
complete -c jobpass -n '_shtab_jobpass_using verify' -l leeway -x -d 'by how much clocks may differ, up to 300 (default: 0)'
complete -c jobpass -n '_shtab_jobpass_using verify' -l json -d 'print one JSON document, errors too'
