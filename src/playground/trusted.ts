// The one place where addresses become scripts: the page requires Trusted Types, and this policy takes files of its own alone.

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): string }
}

const own = (address: string): string => {
  const url = new URL(address, document.baseURI)
  if (url.origin !== location.origin) throw new TypeError('a script of another origin')
  return url.href
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
const policy = policies?.createPolicy('wasmprop-page', { createScriptURL: own })

/** An address that `new Worker` and service workers take */
export const trustedScript = (address: string): string => policy?.createScriptURL(address) ?? own(address)
