{{- define "mlflow.image" -}}
{{- $image := merge (dict "tag" (.Values.image.tag | default (printf "v%s-full" .Chart.AppVersion))) .Values.image -}}
{{- include "common.image" (dict "root" . "image" $image) -}}
{{- end }}

{{/* Hosts that may be asked for: MLflow answers 403 to every other Host header. */}}
{{- define "mlflow.allowedHosts" -}}
{{- $ns := .Release.Namespace -}}
{{- $hosts := list "mlflow:5000" (printf "mlflow.%s:5000" $ns) (printf "mlflow.%s.svc:5000" $ns) (printf "mlflow.%s.svc.%s:5000" $ns .Values.global.clusterDomain) -}}
{{- $hosts = concat $hosts .Values.allowedHosts -}}
{{- if .Values.ingress.enabled -}}{{- $hosts = append $hosts .Values.ingress.host -}}{{- end -}}
{{- join "," (uniq $hosts) -}}
{{- end }}

{{/* Environment of the server and of its migration. */}}
{{- define "mlflow.environment" -}}
- name: DB_USER
  valueFrom: {secretKeyRef: {name: {{ .Values.database.secret }}, key: username}}
- name: DB_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .Values.database.secret }}, key: password}}
- name: MLFLOW_BACKEND_STORE_URI
  value: mysql+pymysql://$(DB_USER):$(DB_PASSWORD)@{{ include "common.databaseHost" . }}:{{ .Values.global.database.port }}/{{ .Values.database.name }}{{ .Values.database.options }}
# The user id has no name in the image, and no home.
- {name: HOME, value: /tmp}
- {name: USER, value: mlflow}
{{- end }}
