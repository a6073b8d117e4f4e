{{- define "scenewire.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains "scenewire" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-scenewire" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Takes (dict "root" $ "name" "tts"), as most here. */ -}}
{{- define "scenewire.labels" -}}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{ include "scenewire.podLabels" . }}
{{- end -}}

{{- define "scenewire.podLabels" -}}
app.kubernetes.io/part-of: scenewire
{{ include "scenewire.selector" . }}
{{- end -}}

{{- define "scenewire.selector" -}}
app.kubernetes.io/name: scenewire
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- /* Takes also suffix, which only the name gets. */ -}}
{{- define "scenewire.metadata" -}}
name: {{ include "scenewire.fullname" .root }}-{{ .name }}{{ with .suffix }}-{{ . }}{{ end }}
labels:
  {{- include "scenewire.labels" . | nindent 2 }}
{{- end -}}

{{- /* Takes root, name (of the image) and, optionally, own: {repository, tag, digest}. A digest wins over a tag. */ -}}
{{- define "scenewire.image" -}}
{{- $own := .own | default dict -}}
{{- $repository := $own.repository | default (printf "%s/%s" .root.Values.image.registry .name) -}}
{{- $digest := $own.digest | default (get .root.Values.image.digests .name) -}}
{{- if $digest -}}
{{- printf "%s@%s" $repository $digest -}}
{{- else -}}
{{- printf "%s:%s" $repository ($own.tag | default .root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- /* What every pod begins with. */ -}}
{{- define "scenewire.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "scenewire.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- /* Takes root and own: the values of a service. */ -}}
{{- define "scenewire.placement" -}}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "scenewire.busUrl" -}}
{{- if .Values.nats.enabled -}}
nats://{{ include "scenewire.fullname" . }}-nats:4222
{{- else -}}
{{- required "nats.url must name the bus when nats.enabled is false" .Values.nats.url -}}
{{- end -}}
{{- end -}}

{{- /* The paths of secret keys that keys.names lists: takes root and names, of those that a service reads. */ -}}
{{- define "scenewire.keyFiles" -}}
{{- $root := .root -}}
{{- range .names }}
{{- if has . $root.Values.keys.names }}
- {name: {{ upper . }}_FILE, value: /run/keys/{{ . }}}
{{- end }}
{{- end }}
{{- end -}}

{{- /*
A service. Takes root, name, and, optionally:
  env           lines of variables
  volumes       name: {mount, source, readOnly}, beside tmp, credentials, cache and bucket
  hasBucket     reads or writes artifacts
  hasDatabase   reads DATABASE_URL_FILE
  hasKeys       reads files of keys.existingSecret
  isSingle      at most one pod at any time
  image         name of the image, if it is not the service's
  card          values of a card that each pod needs
  init          lines of init containers
  ports         lines of ports
  tmp           size of /tmp
*/ -}}
{{- define "scenewire.service" -}}
{{- $root := .root -}}
{{- $own := index .root.Values .name -}}
{{- $isScaled := and .root.Values.scaling.enabled (hasKey $own "scaling") -}}
{{- $card := .card | default dict -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "scenewire.metadata" . | nindent 2 }}
spec:
  {{- if .isSingle }}
  replicas: 1
  strategy: {type: Recreate}
  {{- else if not $isScaled }}
  replicas: {{ $own.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "scenewire.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "scenewire.podLabels" . | nindent 8 }}
      annotations:
        checksum/settings: {{ include (print $root.Template.BasePath "/settings.yaml") $root | sha256sum | trunc 16 }}
        {{- if not .root.Values.monitoring.podMonitor.enabled }}
        prometheus.io/scrape: "true"
        prometheus.io/port: "8080"
        prometheus.io/path: /metrics
        {{- end }}
        {{- with .root.Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "scenewire.pod" .root | nindent 6 }}
      # A stopping pod finishes what it can within DRAIN_TIME; the naks afterwards take a moment.
      terminationGracePeriodSeconds: {{ add .root.Values.drainTime 15 }}
      {{- with $card.runtimeClassName }}
      runtimeClassName: {{ . }}
      {{- end }}
      {{- $place := $own }}
      {{- if $card }}
      {{- $place = mergeOverwrite (deepCopy $own) (pick $card "nodeSelector" "tolerations") }}
      {{- end }}
      {{- with include "scenewire.placement" (dict "own" $place) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- if and .root.Values.topologySpread.enabled (not .isSingle) }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: {{ .root.Values.topologySpread.topologyKey }}
          whenUnsatisfiable: {{ .root.Values.topologySpread.whenUnsatisfiable }}
          labelSelector:
            matchLabels:
              {{- include "scenewire.selector" . | nindent 14 }}
      {{- end }}
      {{- with .init }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ include "scenewire.image" (dict "root" .root "name" (.image | default .name) "own" $own.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          {{- include "scenewire.containerSecurity" . | nindent 10 }}
          envFrom:
            - configMapRef: {name: {{ include "scenewire.fullname" .root }}-settings}
          env:
            - {name: NATS_USER, value: {{ .name }}}
            {{- if .hasDatabase }}
            - {name: DATABASE_URL_FILE, value: /run/database/{{ .root.Values.database.key }}}
            {{- end }}
            {{- with .env }}
            {{- . | trim | nindent 12 }}
            {{- end }}
            {{- range $name, $value := $own.settings }}
            - {name: {{ $name }}, value: {{ $value | toString | quote }}}
            {{- end }}
          ports:
            - {name: monitor, containerPort: 8080}
            {{- with .ports }}
            {{- . | nindent 12 }}
            {{- end }}
          startupProbe:
            httpGet: {path: /livez, port: monitor}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /livez, port: monitor}
            periodSeconds: 20
            timeoutSeconds: 6
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /healthz, port: monitor}
            periodSeconds: 10
            timeoutSeconds: 6
          resources:
            {{- $resources := deepCopy ($card.resources | default $own.resources) }}
            {{- if $card }}
            {{- $_ := set $resources "limits" (set ($resources.limits | default dict) $card.resource $card.count) }}
            {{- end }}
            {{- toYaml $resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            - {name: credentials, mountPath: /run/credentials, readOnly: true}
            {{- if .hasDatabase }}
            - {name: database, mountPath: /run/database, readOnly: true}
            {{- end }}
            {{- if .hasBucket }}
            - {name: cache, mountPath: /var/cache/scenewire}
            {{- if .root.Values.artifacts.existingSecret }}
            - {name: bucket, mountPath: /run/bucket, readOnly: true}
            {{- end }}
            {{- end }}
            {{- if and .hasKeys .root.Values.keys.existingSecret }}
            - {name: keys, mountPath: /run/keys, readOnly: true}
            {{- end }}
            {{- range $name, $volume := .volumes }}
            - {name: {{ $name }}, mountPath: {{ $volume.mount }}, readOnly: true}
            {{- end }}
      volumes:
        - {name: tmp, emptyDir: {medium: Memory, sizeLimit: {{ .tmp | default "64Mi" }}}}
        - {name: credentials, secret: {secretName: {{ include "scenewire.fullname" .root }}-{{ .name }}, defaultMode: 0440, items: [{key: nats_password, path: nats_password}]}}
        {{- if .hasDatabase }}
        - {name: database, secret: {secretName: {{ .root.Values.database.existingSecret }}, defaultMode: 0440}}
        {{- end }}
        {{- if .hasBucket }}
        - {name: cache, emptyDir: {sizeLimit: {{ .root.Values.artifacts.cacheVolume }}}}  # ARTIFACTS_CACHE_SIZE plus space for messages in flight
        {{- with .root.Values.artifacts.existingSecret }}
        - {name: bucket, secret: {secretName: {{ . }}, defaultMode: 0440}}
        {{- end }}
        {{- end }}
        {{- if .hasKeys }}
        {{- with .root.Values.keys.existingSecret }}
        - {name: keys, secret: {secretName: {{ . }}, defaultMode: 0440}}
        {{- end }}
        {{- end }}
        {{- range $name, $volume := .volumes }}
        - {name: {{ $name }}, {{ $volume.source }}}
        {{- end }}
{{- end -}}

{{- define "scenewire.scriptEnv" -}}
{{- include "scenewire.keyFiles" (dict "root" . "names" (list "groq_api_key" "script_model_key")) }}
{{- if .Values.music.existingClaim }}
- {name: MUSIC_DIR, value: /var/lib/scenewire/music}
{{- end }}
{{- end -}}

{{- define "scenewire.ttsEnv" -}}
{{- include "scenewire.keyFiles" (dict "root" . "names" (list "tts_model_key")) }}
- {name: SCENEWIRE_DATA, value: /var/lib/scenewire}  # a natural voice is in its subfolder weights
{{- with .Values.tts.modelUrl }}
- {name: TTS_MODEL_URL, value: {{ . | quote }}}
{{- end }}
{{- if .Values.tts.card.enabled }}
- {name: TTS_ENGINE, value: kokoro}
- {name: TTS_DEVICE, value: cuda}  # does not start without a card
- {name: TTS_WEIGHTS, value: /var/lib/scenewire/weights}
{{- end }}
{{- end -}}

{{- define "scenewire.awaitVoice" -}}
# A service that starts before its voice is installed speaks with another one.
- name: await-voice
  image: {{ include "scenewire.image" (dict "root" . "name" "tts" "own" .Values.tts.image) }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [sh, -c, "until [ -e /var/lib/scenewire/weights/.installed ]; do sleep 2; done"]
  {{- include "scenewire.containerSecurity" . | nindent 2 }}
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {memory: 32Mi}
  volumeMounts:
    - {name: weights, mountPath: /var/lib/scenewire/weights, readOnly: true}
{{- end -}}

{{- define "scenewire.sourcingEnv" -}}
{{- include "scenewire.keyFiles" (dict "root" . "names" (list "dvids_api_key" "pexels_api_key" "pixabay_api_key")) }}
{{- with .Values.sourcing.servers }}
- {name: SOURCING_SERVERS, value: {{ . | quote }}}
{{- end }}
- {name: SOURCING_ANSWERS_DIR, value: /var/cache/scenewire/answers}
{{- if .Values.library.existingClaim }}
- {name: LIBRARY_DIR, value: /var/lib/scenewire/library}
{{- end }}
{{- end -}}

{{- define "scenewire.assemblyEnv" -}}
{{- if .Values.fonts.existingClaim }}
- {name: ASSEMBLY_FONTS_DIR, value: /var/lib/scenewire/fonts}
{{- end }}
{{- if .Values.assembly.card.enabled }}
- {name: ASSEMBLY_ENCODER, value: {{ .Values.assembly.card.encoder }}}
- {name: NVIDIA_DRIVER_CAPABILITIES, value: "compute,video,utility"}
{{- end }}
{{- end -}}

{{- define "scenewire.gatewayEnv" -}}
- {name: GATEWAY_HOST, value: 0.0.0.0}
- {name: GATEWAY_KEYS_FILE, value: /run/gateway/keys.toml}
{{- if .Values.gateway.webhooksSecret }}
- {name: GATEWAY_WEBHOOKS_FILE, value: /run/webhooks/webhooks.toml}
{{- end }}
{{- if .Values.gateway.publicUrl }}
- {name: GATEWAY_PUBLIC_URL, value: {{ .Values.gateway.publicUrl | quote }}}
{{- else if .Values.gateway.ingress.enabled }}
- {name: GATEWAY_PUBLIC_URL, value: {{ printf "%s://%s" (ternary "https" "http" (gt (len .Values.gateway.ingress.tlsSecret) 0)) .Values.gateway.ingress.host | quote }}}
{{- end }}
- {name: SCENEWIRE_DATA, value: /var/cache/scenewire}
{{- end -}}

{{- define "scenewire.provisionPod" -}}
metadata:
  labels:
    {{- include "scenewire.podLabels" (dict "root" . "name" "provision") | nindent 4 }}
spec:
  restartPolicy: OnFailure
  {{- include "scenewire.pod" . | nindent 2 }}
  containers:
    - name: provision
      image: {{ include "scenewire.image" (dict "root" . "name" "tools") }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [python, -m, scenewire.bus, provision]
      {{- include "scenewire.containerSecurity" . | nindent 6 }}
      envFrom:
        - configMapRef: {name: {{ include "scenewire.fullname" . }}-settings}
      env:
        - {name: NATS_USER, value: operator}
      resources:
        requests: {cpu: 50m, memory: 64Mi}
        limits: {memory: 256Mi}
      volumeMounts:
        - {name: credentials, mountPath: /run/credentials, readOnly: true}
  volumes:
    - {name: credentials, secret: {secretName: {{ include "scenewire.fullname" . }}-operator, defaultMode: 0440, items: [{key: nats_password, path: nats_password}]}}
{{- end -}}

{{- define "scenewire.voicesPod" -}}
metadata:
  labels:
    {{- include "scenewire.podLabels" (dict "root" . "name" "voices") | nindent 4 }}
spec:
  restartPolicy: OnFailure
  {{- include "scenewire.pod" . | nindent 2 }}
  containers:
    - name: voices
      image: {{ include "scenewire.image" (dict "root" . "name" "tts" "own" .Values.tts.image) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [sh, -c, 'python -m scenewire_tts.installation "$@" && touch "$1/.installed"', voices]
      args: [/var/lib/scenewire/weights{{ range .Values.weights.install.arguments }}, {{ . | quote }}{{ end }}]
      {{- include "scenewire.containerSecurity" . | nindent 6 }}
      resources:
        requests: {cpu: 100m, memory: 128Mi}
        limits: {memory: 512Mi}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: weights, mountPath: /var/lib/scenewire/weights}
  volumes:
    - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
    - {name: weights, persistentVolumeClaim: {claimName: {{ include "scenewire.fullname" . }}-weights}}
{{- end -}}

{{- define "scenewire.allow" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "scenewire.metadata" (dict "root" .root "name" .policy) | nindent 2 }}
spec:
  podSelector:
    matchLabels: {app.kubernetes.io/part-of: scenewire, app.kubernetes.io/instance: {{ .root.Release.Name }}}
    {{- with .components }}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: [{{ join ", " . }}]}
    {{- end }}
{{- end -}}
