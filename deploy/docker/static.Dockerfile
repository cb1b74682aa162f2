# An image of one statically linked program, laid out as Dapr's own: the program at /, no entrypoint, no shell, not root.
# The context is a folder that holds nothing but the program (scripts/lib/images/static-program.mjs).
FROM scratch
ARG PROGRAM
COPY --chown=0:0 --chmod=0555 ${PROGRAM} /
USER 65532:65532
LABEL org.opencontainers.image.title="micromart ${PROGRAM}" \
      org.opencontainers.image.description="A program of Dapr, built from its Go modules for local runs" \
      org.opencontainers.image.licenses="Apache-2.0"
