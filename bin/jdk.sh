# Finds a JDK of version 25 or newer; sourced by the scripts beside the parent pom.
# Reads the `release` file that every JDK has: starting a JVM to ask for its version would cost more than Pleat's own start.

is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    feature=0
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            feature=${value%%[!0-9]*}
        fi
    done < "$1/release"
    [ "${feature:-0}" -ge 25 ]
}

# Sets `jdk`, or explains what to install and returns 1.
find_jdk() {
    for jdk in "${JAVA_HOME-}" "${JAVA25_HOME-}" /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/*; do
        is_jdk_25 "$jdk" && return 0
    done
    if jdk=$(command -v javac); then
        jdk=$(readlink -f "$jdk")
        jdk=${jdk%/bin/javac}
        is_jdk_25 "$jdk" && return 0
    fi
    cat >&2 <<'MISSING'
error: Pleat needs a JDK 25 or newer, and none was found
  = note: looked at JAVA_HOME, JAVA25_HOME, the usual folders for JDKs, and javac on the PATH
  = help: install one (https://adoptium.net, or `apt install temurin-25-jdk`, `brew install openjdk`, `sdk install java`)
  = help: if it is installed elsewhere, set JAVA25_HOME to its folder
MISSING
    return 1
}
