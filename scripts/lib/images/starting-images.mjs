/** What a Dockerfile says that its builds start from, by the argument's name. */
const defaultsIn = (text) =>
  Object.fromEntries(
    [...text.matchAll(/^ARG (BASE|BUILDER)=(\S+)$/gm)].map(([, name, image]) => [name, image]),
  )

/**
 * The images that builds start from, each with its digest.
 * @param text the Dockerfile
 * @param given `{ base, builder }` in the place of what it says
 * @param digestOf answers the digest of a name with its tag
 */
export const startingImages = async (text, { base, builder }, digestOf) => {
  const { BASE, BUILDER } = defaultsIn(text)
  const whole = async (name) => (name.includes('@') ? name : `${name}@${await digestOf(name)}`)
  return { base: await whole(base ?? BASE), builder: await whole(builder ?? BUILDER) }
}
