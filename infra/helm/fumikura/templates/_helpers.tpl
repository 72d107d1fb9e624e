{{- define "fumi.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "fumi.labels" -}}
{{ dict "app.kubernetes.io/name" "fumikura" "app.kubernetes.io/instance" .root.Release.Name "app.kubernetes.io/component" .part | toJson }}
{{- end }}

{{- define "fumi.image" -}}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{- end }}

{{- define "fumi.secret" -}}
{{ required "existingSecret: with layout servers it has to name a Secret with FUMI_DB_PASSWORD and FUMI_INDEX_KEY" .Values.existingSecret }}
{{- end }}

{{/* What may be written is a volume; everything else of the image is read. */}}
{{- define "fumi.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "fumi.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "fumi.probes" -}}
startupProbe: { httpGet: { path: /health/startup, port: health }, periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 3 }
livenessProbe: { httpGet: { path: /health/live, port: health }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3 }
readinessProbe: { httpGet: { path: /health/ready, port: health }, periodSeconds: 2, failureThreshold: 2, timeoutSeconds: 3 }
{{- end }}

{{- define "fumi.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .className }}
storageClassName: {{ . }}
{{- end }}
resources: { requests: { storage: {{ .size }} } }
{{- end }}

{{- define "fumi.catalogHost" -}}{{ include "fumi.name" . }}-postgresql{{- end }}
{{- define "fumi.catalogUrl" -}}
{{- if .Values.postgresql.enabled -}}
postgres://fumi@{{ include "fumi.catalogHost" . }}:5432/fumikura
{{- else -}}
{{ required "postgresql.url: give the address of your PostgreSQL, or enable the chart's" .Values.postgresql.url }}
{{- end -}}
{{- end }}
{{- define "fumi.indexUrl" -}}
{{- if .Values.qdrant.enabled -}}
http://{{ include "fumi.name" . }}-qdrant:6333
{{- else -}}
{{ required "qdrant.url: give the address of your Qdrant, or enable the chart's" .Values.qdrant.url }}
{{- end -}}
{{- end }}

{{/* fumikura.yaml as every process of this release reads it. */}}
{{- define "fumi.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $_ := set $config "data" "/data" -}}
{{- $server := merge (dict "host" "0.0.0.0" "port" 7700) ($config.server | default dict) -}}
{{- if eq .Values.layout "servers" -}}
{{- $catalog := dict "url" (include "fumi.catalogUrl" .) "password" (dict "env" "FUMI_DB_PASSWORD") -}}
{{- $index := dict "url" (include "fumi.indexUrl" .) "apiKey" (dict "env" "FUMI_INDEX_KEY") -}}
{{- $_ := set $config "stores" (dict "catalog" $catalog "index" $index) -}}
{{/* Every address is the balancer's. */}}
{{- $limits := dict "concurrentPerAddress" 512 "perMinutePerAddress" 1000000 -}}
{{- $_ := set $server "limits" (merge ($server.limits | default dict) $limits) -}}
{{- end -}}
{{- $_ := set $config "server" $server -}}
{{- toYaml $config -}}
{{- end }}
