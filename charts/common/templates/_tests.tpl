{{/* Head of a pod of `helm test`. Takes root, component (name of the tested component). */}}
{{- define "common.test.metadata" -}}
name: {{ .component }}-test
namespace: {{ .root.Release.Namespace }}
labels: {{- include "common.labels" (dict "root" .root "component" (printf "%s-test" .component)) | nindent 2 }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  checkov.io/skip1: CKV_K8S_8=It runs once and ends
  checkov.io/skip2: CKV_K8S_9=It runs once and ends
{{- end }}

{{/* What a test pod may take. */}}
{{- define "common.test.resources" -}}
requests: {cpu: 50m, memory: 64Mi}
limits: {cpu: 500m, memory: 256Mi}
{{- end }}

{{/* Policy of a test pod: names, and the component under test. Takes root, component, port. */}}
{{- define "common.test.policy" -}}
{{ include "common.policy" (dict "root" .root "component" (printf "%s-test" .component)) }}
  egress:
    {{- include "common.egress.dns" .root | nindent 4 }}
    {{- include "common.egress.component" . | nindent 4 }}
{{- end }}
