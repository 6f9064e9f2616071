{{/* Ingress of one service, with TLS. Takes root, component, port (its name), ingress {className, host, tlsSecret, annotations}. */}}
{{- define "common.webIngress" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "common.labels" . | nindent 4 }}
  {{- with .ingress.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  tls:
    - hosts: [{{ .ingress.host }}]
      secretName: {{ .ingress.tlsSecret }}
  rules:
    - host: {{ .ingress.host }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ .component }}
                port: {name: {{ .port }}}
{{- end }}
