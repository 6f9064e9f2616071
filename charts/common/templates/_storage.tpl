{{/* Claim that outlives the release. Takes root, component, persistence {size, storageClass}. */}}
{{- define "common.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "common.labels" . | nindent 4 }}
  annotations:
    # The data outlive `helm uninstall`; a later installation of the same name takes the claim up again.
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with .persistence.storageClass | default .root.Values.global.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests: {storage: {{ .persistence.size }}}
{{- end }}
