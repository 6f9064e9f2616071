{{/* "true" where teams have namespaces of their own. */}}
{{- define "kubeflow.teams" -}}
{{- if .Values.global.teams }}true{{ end -}}
{{- end }}

{{/*
Rights of a part: a Role in the release's namespace, or with teams a ClusterRole.
Takes root, component, rules (YAML text), teamRules (YAML text, with teams only).
*/}}
{{- define "kubeflow.rights" -}}
{{- $labels := include "common.labels" (dict "root" .root "component" .component) -}}
{{- $cluster := include "kubeflow.teams" .root -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ if $cluster }}ClusterRole{{ else }}Role{{ end }}
metadata:
  name: {{ if $cluster }}{{ .root.Release.Namespace }}-{{ end }}{{ .component }}
  {{- if not $cluster }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels: {{- $labels | nindent 4 }}
rules: {{- .rules | nindent 2 }}
  {{- if $cluster }}{{ with .teamRules }}{{ . | nindent 2 }}{{ end }}{{ end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ if $cluster }}ClusterRoleBinding{{ else }}RoleBinding{{ end }}
metadata:
  name: {{ if $cluster }}{{ .root.Release.Namespace }}-{{ end }}{{ .component }}
  {{- if not $cluster }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels: {{- $labels | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ if $cluster }}ClusterRole{{ else }}Role{{ end }}
  name: {{ if $cluster }}{{ .root.Release.Namespace }}-{{ end }}{{ .component }}
subjects:
  - {kind: ServiceAccount, name: {{ .component }}, namespace: {{ .root.Release.Namespace }}}
{{- end }}
