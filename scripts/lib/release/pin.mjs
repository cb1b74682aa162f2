const imageLine = /^([ ]*image:[ ]*)(\S+)[ ]*$/gm

/** `${MICROMART_REGISTRY:-localhost/micromart}/order:${MICROMART_TAG:-local}` */
const ownForm = /^\$\{MICROMART_REGISTRY[^}]*\}\/([\w-]+):/

/** Each image that a Compose file names, once. */
export const imagesIn = (text) => [
  ...new Set([...text.matchAll(imageLine)].map(([, , name]) => name)),
]

/**
 * A Compose file in which every image has a digest: ours those that were deployed, others' what their tags stand for today.
 * @param digests of `readDigests`
 * @param digestOf answers the digest of a name with its tag
 */
export const pinned = async (text, { registry, images }, digestOf) => {
  const names = new Map()
  for (const name of imagesIn(text)) {
    const part = ownForm.exec(name)?.[1]
    names.set(
      name,
      part ? `${registry}/${part}@${images[part]}` : `${name}@${await digestOf(name)}`,
    )
  }
  return text.replace(imageLine, (_, before, name) => `${before}${names.get(name)}`)
}
