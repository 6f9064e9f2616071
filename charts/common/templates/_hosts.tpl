{{/* Full name of a host: a bare name is a service of this release, one with a dot stands as it is. Takes root, host. */}}
{{- define "common.host" -}}
{{- if contains "." .host -}}
{{- .host -}}
{{- else -}}
{{- printf "%s.%s.svc.%s" .host .root.Release.Namespace .root.Values.global.clusterDomain -}}
{{- end -}}
{{- end }}

{{- define "common.objectStoreHost" -}}
{{- include "common.host" (dict "root" . "host" .Values.global.objectStore.host) -}}
{{- end }}

{{- define "common.databaseHost" -}}
{{- include "common.host" (dict "root" . "host" .Values.global.database.host) -}}
{{- end }}

{{/* Password of a Secret's key as it is in the cluster, or a new one where there is none yet. Takes root, name, key. */}}
{{- define "common.password" -}}
{{- $found := (lookup "v1" "Secret" (.namespace | default .root.Release.Namespace) .name).data | default dict -}}
{{- if hasKey $found .key -}}
{{- index $found .key | b64dec -}}
{{- else -}}
{{- randAlphaNum 32 -}}
{{- end -}}
{{- end }}
