{{/* Accounts as YAML: the chart's own, and one for each team, held to the team's prefix. */}}
{{- define "minio.accounts" -}}
{{- range .Values.accounts }}
- secret: {{ .secret }}
  username: {{ .username }}
  prefix: ""
  buckets: {{ toJson .buckets }}
{{- end }}
{{- range .Values.global.teams }}
- secret: artifacts-{{ .name }}
  username: team-{{ .name }}
  prefix: teams/{{ .name }}/
  buckets: [{{ $.Values.global.objectStore.bucket }}]
{{- end }}
{{- end }}

{{/* What an account may do: list under its prefix, read and write under its prefix. */}}
{{- define "minio.policy" -}}
{{- $statements := list }}
{{- range .buckets }}
{{- $list := dict "Effect" "Allow" "Action" (list "s3:ListBucket") "Resource" (list (printf "arn:aws:s3:::%s" .)) }}
{{- if $.prefix }}
{{- $list = set $list "Condition" (dict "StringLike" (dict "s3:prefix" (list (printf "%s*" $.prefix)))) }}
{{- end }}
{{- $statements = append $statements $list }}
{{- $statements = append $statements (dict "Effect" "Allow" "Action" (list "s3:GetBucketLocation") "Resource" (list (printf "arn:aws:s3:::%s" .))) }}
{{- $objects := list "s3:GetObject" "s3:PutObject" "s3:DeleteObject" "s3:AbortMultipartUpload" "s3:ListMultipartUploadParts" }}
{{- $statements = append $statements (dict "Effect" "Allow" "Action" $objects "Resource" (list (printf "arn:aws:s3:::%s/%s*" . $.prefix))) }}
{{- end }}
{{- dict "Version" "2012-10-17" "Statement" $statements | toPrettyJson }}
{{- end }}

{{/* Rules of a bucket, the teams' among them, as YAML. Takes root, bucket. */}}
{{- define "minio.rules" -}}
{{- $rules := .bucket.expire }}
{{- if eq .bucket.name .root.Values.global.objectStore.bucket }}
{{- range .root.Values.global.teams }}
{{- $rules = append $rules (dict "prefix" (printf "teams/%s/" .name) "days" $.root.Values.teamExpireDays) }}
{{- end }}
{{- end }}
{{- toYaml $rules }}
{{- end }}

{{/* Life cycle of a bucket as S3 writes it. Takes rules. */}}
{{- define "minio.lifecycle" -}}
{{- $rules := list }}
{{- range $index, $rule := .rules }}
{{- $rules = append $rules (dict "ID" (printf "expire-%d" $index) "Status" "Enabled" "Filter" (dict "Prefix" .prefix) "Expiration" (dict "Days" .days)) }}
{{- end }}
{{- dict "Rules" $rules | toPrettyJson }}
{{- end }}
