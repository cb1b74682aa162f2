/** Between sidecars, by mTLS; health and metrics of an app; metrics of its sidecar. Prometheus asks the last two. */
const asked = [7200, 9090]

/** Neither is called by a sidecar. The provider's plain port has its health alone, on the address of its HTTPS. */
const special = {
  gateway: [...asked, 8080, 8443],
  provider: [7200, 7207],
}

/** The ports of an app's pod that containers of other pods reach. All else listens on the loopback of its pod. */
const doorsOf = (app) => special[app] ?? [50002, ...asked]

/** 127.0.0.0/8, also as IPv6 writes it, and ::1, as the kernel prints them. */
const loopback = /^(?:(?:0{16}FFFF0000)?[0-9A-F]{6}7F|0{24}01000000)$/

/** Ports on which somebody listens for others than the loopback, of the text of `/proc/net/tcp` and `tcp6`. */
export const openPorts = (text) => {
  const local = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === '0A')
    .map(([, address]) => address.split(':'))
  const open = local.filter(([host]) => !loopback.test(host))
  return [...new Set(open.map(([, port]) => Number.parseInt(port, 16)))].toSorted((a, b) => a - b)
}

/** What is open of an app's pod and should not be, and the other way round. */
export const doorFaults = (app, text) => {
  const [wanted, found] = [doorsOf(app), openPorts(text)]
  return [
    ...found.filter((port) => !wanted.includes(port)).map((port) => `${app}:${port} is open`),
    ...wanted.filter((port) => !found.includes(port)).map((port) => `${app}:${port} is shut`),
  ]
}
