// The scenario in a CommonJS program, which reaches the package through import().
async function main() {
  const { createNetwork } = await import('wasmprop')
  const { scenario } = await import('./scenario.js')
  console.log(JSON.stringify(await scenario({ createNetwork }, process.argv[2])))
}

main()
