{{/* Egress rule: names. */}}
{{- define "common.egress.dns" -}}
- to:
    - namespaceSelector: {}
      podSelector:
        matchLabels: {k8s-app: kube-dns}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{/* Egress rule: the Kubernetes API, which is no pod, so only its address can be named. */}}
{{- define "common.egress.kubernetes" -}}
- to:
    - ipBlock: {cidr: {{ .Values.global.networkPolicy.kubernetesCidr | quote }}}
  ports:
    {{- range .Values.global.networkPolicy.kubernetesPorts }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}

{{/* Egress rule: a component of this release. Takes root, component, port (a number). */}}
{{- define "common.egress.component" -}}
- to:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: {{ .root.Release.Namespace }}}
      podSelector:
        matchLabels: {app.kubernetes.io/name: {{ .component }}}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}

{{/* Egress rule: the object store, in the release or outside the cluster. */}}
{{- define "common.egress.objectStore" -}}
{{- if contains "." .Values.global.objectStore.host -}}
- to:
    - ipBlock: {cidr: {{ .Values.global.networkPolicy.externalCidr | quote }}}
  ports:
    - {protocol: TCP, port: {{ .Values.global.objectStore.port }}}
{{- else -}}
{{ include "common.egress.component" (dict "root" . "component" .Values.global.objectStore.host "port" .Values.global.objectStore.port) }}
{{- end -}}
{{- end }}

{{/* Egress rule: the database, in the release or outside the cluster. */}}
{{- define "common.egress.database" -}}
{{- if contains "." .Values.global.database.host -}}
- to:
    - ipBlock: {cidr: {{ .Values.global.networkPolicy.externalCidr | quote }}}
  ports:
    - {protocol: TCP, port: {{ .Values.global.database.port }}}
{{- else -}}
{{ include "common.egress.component" (dict "root" . "component" .Values.global.database.host "port" .Values.global.database.port) }}
{{- end -}}
{{- end }}

{{/* Ingress rule: components of this release. Takes root, components (a list), port. */}}
{{- define "common.ingress.components" -}}
- from:
    - podSelector:
        matchExpressions:
          - {key: app.kubernetes.io/name, operator: In, values: [{{ join ", " .components }}]}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}

{{/* Ingress rule: pods of pipeline steps, here and in the teams' namespaces. Takes root, port. */}}
{{- define "common.ingress.steps" -}}
- from:
    - podSelector:
        matchExpressions:
          - {key: workflows.argoproj.io/workflow, operator: Exists}
    {{- with .root.Values.global.teams }}
    - namespaceSelector:
        matchExpressions:
          - key: kubernetes.io/metadata.name
            operator: In
            values:
              {{- range . }}
              - {{ .name }}
              {{- end }}
      podSelector:
        matchExpressions:
          - {key: workflows.argoproj.io/workflow, operator: Exists}
    {{- end }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}

{{/* Ingress rule: the ingress controller's namespace, where one is named. Takes root, port. */}}
{{- define "common.ingress.controller" -}}
{{- with .root.Values.global.networkPolicy.ingressNamespace -}}
- from:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: {{ . }}}
  ports:
    - {protocol: TCP, port: {{ $.port }}}
{{- end -}}
{{- end }}

{{/* Metadata and head of the policy of one component; rules follow. Takes root, component. */}}
{{- define "common.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "common.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "common.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end }}
