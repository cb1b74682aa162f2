const luhn = (digits: string): boolean => {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

const [shortest, longest] = [12, 19]

/** Digits that stand together, perhaps in groups: each way of taking some groups in a row as one number. */
const numbersIn = (run: string): readonly string[] => {
  const groups = run.split(/[ -]/)
  return groups.flatMap((_, from) => {
    const numbers: string[] = []
    for (let to = from, number = ''; to < groups.length && number.length <= longest; to += 1) {
      number += groups[to]
      numbers.push(number)
    }
    return numbers
  })
}

const isCardNumber = (digits: string): boolean =>
  digits.length >= shortest && digits.length <= longest && luhn(digits)

/**
 * Whether a text holds what reads as a card number: 12 to 19 digits, perhaps in groups and beside others such as a house's
 * number, whose last one is their Luhn check digit (ISO/IEC 7812-1).
 */
export const holdsCardNumber = (text: string): boolean => {
  const runs = text.match(/\d+(?:[ -]\d+)*/g) ?? []
  return runs.some((run) => run.length >= shortest && numbersIn(run).some(isCardNumber))
}
