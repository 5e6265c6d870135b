{{/* The head of every object. Takes its `name`, and the root context as `root`. */}}
{{- define "hivebox.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  app.kubernetes.io/name: {{ .app | default .name }}
  app.kubernetes.io/part-of: hivebox
{{- end }}

{{- define "hivebox.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/*
The name of a ConfigMap with a hash of its content at the end, so that a changed setting rolls out like a
changed image. It is the hash that Kustomize makes, letter for letter.
*/}}
{{- define "hivebox.hashedName" -}}
{{- $content := dict "kind" "ConfigMap" "name" "" "data" .data | toJson | sha256sum | trunc 10 -}}
{{ .name }}-{{ $content | replace "0" "g" | replace "1" "h" | replace "3" "k" | replace "a" "m" | replace "e" "t" }}
{{- end }}

{{- define "hivebox.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "hivebox.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The users of Valkey: HiveBox with the commands that it needs, all others with only PING. */}}
{{- define "hivebox.valkeyUsers" -}}
user default on nopass resetkeys resetchannels -@all +ping
user hivebox on >{{ . }} ~{hivebox}:* &{hivebox}:* -@all +eval +get +getrange +set +del +exists +pttl +pexpire +time +publish +subscribe +ping +hello +client|setinfo +info
{{ end }}
