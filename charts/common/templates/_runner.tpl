{{/*
What pipeline steps need in a namespace. Takes root, namespace, prefix (of keys in the bucket, "" or "teams/NAME/"),
secret (with the store's keys), annotations (of the ServiceAccount).
*/}}
{{- define "common.runner" -}}
{{- $labels := include "common.labels" (dict "root" .root "component" "pipeline-runner") -}}
{{- $store := .root.Values.global.objectStore -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: pipeline-runner
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pipeline-runner
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
rules:
  # Argo's executor reports a step's outputs.
  - apiGroups: [argoproj.io]
    resources: [workflowtaskresults]
    verbs: [create, patch]
  # Driver and launcher read where artifacts go, and the key to it; no other Secret.
  - apiGroups: [""]
    resources: [configmaps]
    resourceNames: [kfp-launcher]
    verbs: [get]
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [{{ .secret }}]
    verbs: [get]
  # The launcher looks up its own pod.
  - apiGroups: [""]
    resources: [pods]
    verbs: [get]
  # Pipelines that make a volume for themselves and delete it.
  - apiGroups: [""]
    resources: [persistentvolumeclaims]
    verbs: [get, create, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: pipeline-runner
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pipeline-runner}
subjects:
  - {kind: ServiceAccount, name: pipeline-runner, namespace: {{ .namespace }}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: kfp-launcher
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
data:
  defaultPipelineRoot: minio://{{ $store.bucket }}/{{ .prefix }}v2/artifacts
  # Without it the launcher asks for a store called seaweedfs in a namespace called kubeflow.
  providers: |
    minio:
      default:
        endpoint: {{ include "common.objectStoreHost" .root }}:{{ $store.port }}
        region: {{ $store.region }}
        disableSSL: {{ not $store.secure }}
        credentials:
          fromEnv: false
          secretRef: {secretName: {{ .secret }}, accessKeyKey: accesskey, secretKeyKey: secretkey}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: artifact-repositories
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
  annotations: {workflows.argoproj.io/default-artifact-repository: default}
data:
  default: | {{- include "common.logRepository" . | nindent 4 }}
{{- end }}

{{/* Where Argo puts logs. Takes root, prefix, secret. */}}
{{- define "common.logRepository" -}}
{{- $store := .root.Values.global.objectStore -}}
archiveLogs: true
s3:
  endpoint: {{ include "common.objectStoreHost" .root }}:{{ $store.port }}
  bucket: {{ $store.bucket }}
  region: {{ $store.region }}
  insecure: {{ not $store.secure }}
  keyFormat: {{ .prefix }}{{ include "common.logKey" . }}
  accessKeySecret: {name: {{ .secret }}, key: accesskey}
  secretKeySecret: {name: {{ .secret }}, key: secretkey}
{{- end }}

{{/* Key of a step's log below the prefix, in Argo's words; the dashboard looks for the same key. */}}
{{- define "common.logKey" -}}
logs/{{ "{{workflow.creationTimestamp.Y}}/{{workflow.creationTimestamp.m}}/{{workflow.creationTimestamp.d}}/{{workflow.name}}/{{pod.name}}" }}
{{- end }}

{{/* Policies of a namespace with steps: nothing goes in or out, but what steps need. Takes root, namespace. */}}
{{- define "common.runner.policies" -}}
{{- $labels := include "common.labels" (dict "root" .root "component" "pipeline-runner") -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: pipeline-steps
  namespace: {{ .namespace }}
  labels: {{- $labels | nindent 4 }}
spec:
  podSelector:
    matchExpressions:
      - {key: workflows.argoproj.io/workflow, operator: Exists}
  policyTypes: [Ingress, Egress]
  egress:
    {{- include "common.egress.dns" .root | nindent 4 }}
    {{- include "common.egress.kubernetes" .root | nindent 4 }}
    {{- include "common.egress.component" (dict "root" .root "component" "ml-pipeline" "port" 8887) | nindent 4 }}
    {{- include "common.egress.component" (dict "root" .root "component" "metadata-grpc" "port" 8080) | nindent 4 }}
    {{- include "common.egress.component" (dict "root" .root "component" "mlflow" "port" 5000) | nindent 4 }}
    {{- include "common.egress.objectStore" .root | nindent 4 }}
    {{- with .root.Values.global.networkPolicy.stepCidrs }}
    - to:
        {{- range . }}
        - ipBlock: {cidr: {{ . | quote }}}
        {{- end }}
      ports:
        - {protocol: TCP, port: 443}
    {{- end }}
{{- end }}
