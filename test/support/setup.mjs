// `npm run setup`: installs what some tests run in. The browsers: Debian's own packages on Debian, Playwright's builds
// elsewhere. Bun, Deno and another Node: as npm packages, in a folder of their own. Needs nothing but Node and npm, and is quick
// when everything is there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Debian's packages, by the command that each brings */
const packages = {
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
}

function say(text) {
  console.log(`setup: ${text}`)
}

function fail(problem, remedy) {
  console.error(`setup: ${problem}\nsetup: ${remedy}`)
  process.exit(1)
}

function run(command, args, remedy) {
  say([command, ...args].join(' '))
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell })
  if (status !== 0) fail(`${command} failed${error ? `: ${error.message}` : ` with exit code ${status}`}`, remedy)
}

function isCommand(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
}

// Debian and what is made of it, but not Ubuntu, where these packages are snaps or missing.
function isDebian() {
  if (!existsSync('/etc/os-release') || !isCommand('apt-get')) return false
  const release = readFileSync('/etc/os-release', 'utf8')
  const names = [...release.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)/gm)].flatMap(([, value]) => value.split(' '))
  return names.includes('debian') && !names.includes('ubuntu')
}

function installFromDebian() {
  const missing = Object.keys(packages).flatMap((command) => (isCommand(command) ? [] : packages[command]))
  if (missing.length === 0) return say(`${Object.values(packages).join(', ')} are there already`)
  const byHand = `as root: apt-get update && apt-get install ${missing.join(' ')}`
  const prefix = becomeRoot(byHand)
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...wait]
  run(command, [...rest, '--quiet', 'update'], `is there a network? By hand, ${byHand}`)
  run(command, [...rest, '--quiet', '--yes', '--no-install-recommends', 'install', ...missing], byHand)
  say(`installed ${missing.join(', ')}`)
}

/** The command in front of one that only root may give. */
function becomeRoot(byHand) {
  if (process.getuid() === 0) return []
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n']
  return fail('only root may install packages, and sudo is missing or asks for a password', byHand)
}

// The same version as in node_modules, or the tests would look for another build.
function installWithPlaywright() {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const playwright = `playwright-core@${devDependencies['playwright-core']}`
  const remedy = 'install Chromium (or Chrome) and Firefox by hand; the tests find them on the PATH'
  run('npx', ['--yes', playwright, 'install', 'chromium', 'firefox'], remedy)
  if (process.platform === 'linux')
    say(`if a browser does not start, it lacks libraries: npx ${playwright} install-deps`)
}

function installRuntimes() {
  const versions = JSON.parse(readFileSync(new URL('runtimes.json', import.meta.url), 'utf8'))
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  const folder = fileURLToPath(new URL('../../build/runtimes', import.meta.url))
  const missing = wanted.filter(
    (_, index) => installedVersion(folder, Object.keys(versions)[index]) !== Object.values(versions)[index],
  )
  if (missing.length === 0) return say(`${wanted.join(', ')} are there already`)
  mkdirSync(folder, { recursive: true })
  run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', ...wanted], 'is there a network?')
}

function installedVersion(folder, name) {
  const manifest = join(folder, 'node_modules', name, 'package.json')
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined
}

say('the runtimes for tests: Bun, Deno and another Node')
installRuntimes()
say('the browsers for tests: Chromium and Firefox, on Debian WebKitGTK as well')
if (isDebian()) installFromDebian()
else installWithPlaywright()
say('done; npm test runs everything')
