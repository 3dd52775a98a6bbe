# Builds what the launcher runs, into target/pleat; sourced by `pleat`, which has set `root`, `home` and `jdk`.
#
# A finished build is a folder of its own, named in the file `current`, which is replaced in one step: a process that runs
# keeps the jars it started with, and a build that fails or is killed leaves the one before it in place.

say() {
    if [ -t 2 ]; then printf '\r\033[K%s' "$1" >&2; fi
}

# Shows where Maven is, on one line that overwrites itself.
follow() {
    while IFS= read -r line; do
        case $line in
            *'Downloading from '*) say "pleat: fetching ${line##*/}" ;;
            *'] Building '*']') say "pleat: building ${line#*] Building }" ;;
        esac
    done
}

lock() {
    if command -v flock > /dev/null; then
        exec 9> "$home/lock"
        flock -n 9 && return
        echo 'pleat: waiting for a build in another process' >&2
        flock 9
    else
        until mkdir "$home/lock.held" 2> /dev/null; do
            say "pleat: waiting for a build in another process (if none runs, remove $home/lock.held)"
            sleep 1
        done
        trap 'rmdir "$home/lock.held"' EXIT
    fi
}

unlock() {
    if command -v flock > /dev/null; then
        exec 9>&-
    else
        rmdir "$home/lock.held"
        trap - EXIT
    fi
}

run_maven() {
    if ! command -v mvn > /dev/null; then
        echo 'error: Pleat builds itself on first use, and Maven (`mvn`) was not found on the PATH' >&2
        echo '  = help: install it (https://maven.apache.org, or `apt install maven`, `brew install maven`)' >&2
        return 1
    fi
    { JAVA_HOME=$jdk mvn -B -f "$root/pom.xml" -pl cli -am -Dmaven.test.skip=true package; echo $? > "$home/status"; } 2>&1 |
        tee "$home/build.log" | follow
    say ''
    read -r status < "$home/status"
    [ "$status" = 0 ] && return
    echo 'error: Pleat could not be built' >&2
    grep '^\[ERROR\]' "$home/build.log" | head -n 12 >&2
    echo "  = note: all that Maven printed is in $home/build.log" >&2
    return 1
}

# Our own jars are copied, so that a `mvn package` beside a running process does not pull them away under it.
assemble() {
    app=$home/$(date +%s)-$$
    mkdir "$app"
    classpath=
    IFS=:
    for jar in "$root/cli/target/"cli-*.jar $(cat "$root/cli/target/pleat.classpath"); do
        case $jar in
            "$root"/*) cp "$jar" "$app/" && jar=$app/${jar##*/} ;;
            */picocli-*) "$jdk/bin/java" "$root/bin/StampedJar.java" "$jar" "$app/${jar##*/}" && jar=$app/${jar##*/} ;;
        esac
        classpath=$classpath${classpath:+:}$jar
    done
    unset IFS
    printf '%s\n' "$classpath" > "$app/classpath"
    # For a quick start only: without the cache, or with one that a newer JDK refuses, everything runs the same. The run that it is
    # made from should use what a user's runs use: it compiles a model, reads the plan back and runs it, and plans a training step.
    "$jdk/bin/java" $java_options -XX:AOTCacheOutput="$app/pleat.aot" -cp "$classpath" pleat.cli.QuickStart \
        run "$root/examples/6kwc_evoformer.npz" --cache "$app/training" --json \
        then plan evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine evo-e2e --devices 2 --memory 16GB --json > "$home/aot.log" 2>&1 ||
        echo "pleat: starts will be slower than they could be, see $home/aot.log" >&2
    rm -rf "$app/training"
}

build() {
    mkdir -p "$home" || return 1
    lock
    if is_stale; then
        [ -t 2 ] || echo 'pleat: building (first use, or sources changed)' >&2
        : > "$home/started"
        run_maven || return 1
        say 'pleat: preparing a quick start'
        assemble || return 1
        say ''
        # The time before the build: what was edited while it ran counts as newer.
        touch -r "$home/started" "$app/classpath"
        echo "${app##*/}" > "$home/current.new"
        before=$(cat "$home/current" 2> /dev/null)
        mv "$home/current.new" "$home/current"
        for old in "$home"/*-*/; do
            case $old in
                "$app/" | "$home/$before/") ;;
                *) rm -rf "$old" ;;
            esac
        done
    fi
    unlock
}
