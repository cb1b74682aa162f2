import { type Fault, fault, limits, type ProductDraft, repeated } from './draft.ts'
import { type Option, type OptionValue, optionsKey } from './product.ts'

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/** Adds a value that an option does not have yet. */
const withValue = (option: Option, value: string): Option =>
  option.values.some((known) => same(known, value))
    ? option
    : { ...option, values: [...option.values, value] }

/** A product's options, as far as the variants' values tell: names and values in order of appearance. */
export const optionsOf = (
  variants: readonly { readonly options: readonly OptionValue[] }[],
  declared: readonly Option[] = [],
): readonly Option[] => {
  const options = [...declared]
  for (const { name, value } of variants.flatMap((variant) => variant.options)) {
    const at = options.findIndex((option) => same(option.name, name))
    const known = options[at]
    if (known === undefined) options.push({ name, values: [value] })
    else options[at] = withValue(known, value)
  }
  return options
}

/** A variant's values in the order and spelling of the product's options. */
export const inOrder = (
  values: readonly OptionValue[],
  options: readonly Option[],
): readonly OptionValue[] =>
  options.flatMap((option) => {
    const given = values.find(({ name }) => same(name, option.name))
    if (given === undefined) return []
    const value = option.values.find((known) => same(known, given.value)) ?? given.value
    return [{ name: option.name, value }]
  })

const variantOptionFaults = (
  path: string,
  values: readonly OptionValue[],
  options: readonly Option[],
): readonly Fault[] => {
  const missing = options.filter(({ name }) => !values.some((given) => same(given.name, name)))
  const unknown = values.flatMap(({ name, value }, at) => {
    const option = options.find((known) => same(known.name, name))
    if (option === undefined) return [fault(`${path}/${at}/name`, 'unknown', 'is no option here')]
    const listed = option.values.some((known) => same(known, value))
    return listed ? [] : [fault(`${path}/${at}/value`, 'unknown', `is no value of ${option.name}`)]
  })
  return [
    ...unknown,
    ...missing.map(({ name }) => fault(path, 'option_missing', `says nothing about ${name}`)),
    ...repeated(values.map(({ name }) => name.toLowerCase())).map((at) =>
      fault(`${path}/${at}/name`, 'duplicate', 'stands there twice'),
    ),
  ]
}

/** Whether the variants fit the options and can be told apart. Options left out are made from the variants. */
export const fitFaults = ({ variants, options }: ProductDraft): readonly Fault[] => {
  const all = options.length > 0 ? options : optionsOf(variants)
  if (variants.length === 0) return [fault('/variants', 'required', 'has at least one variant')]
  if (variants.length > limits.variants) {
    return [fault('/variants', 'too_many', `has at most ${limits.variants} entries`)]
  }
  if (all.length > limits.options) {
    return [fault('/options', 'too_many', `has at most ${limits.options} entries`)]
  }
  return [
    ...variants.flatMap((variant, at) =>
      variantOptionFaults(`/variants/${at}/options`, variant.options, all),
    ),
    ...repeated(variants.map(({ sku }) => sku)).map((at) =>
      fault(`/variants/${at}/sku`, 'duplicate', 'stands there twice'),
    ),
    ...repeated(variants.map((variant) => optionsKey(inOrder(variant.options, all)))).map((at) =>
      fault(`/variants/${at}/options`, 'duplicate', 'stand there twice'),
    ),
  ]
}
