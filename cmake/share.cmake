# cmake -D SOURCE=<source tree> -D TARGET=<folder> -P share.cmake
# Makes TARGET hold SOURCE/packs as packs/, and all of SOURCE/share/starling. Files that have not changed are left alone
# (file(COPY) compares times), files that went away from SOURCE are removed.
file(GLOB_RECURSE packs RELATIVE ${SOURCE} ${SOURCE}/packs/*)
file(GLOB_RECURSE share RELATIVE ${SOURCE}/share/starling ${SOURCE}/share/starling/*)
file(GLOB_RECURSE stale RELATIVE ${TARGET} ${TARGET}/*)
list(REMOVE_ITEM stale ${packs} ${share})
foreach(file IN LISTS stale)
    file(REMOVE ${TARGET}/${file})
endforeach()

function(copy from)
    foreach(file IN LISTS ARGN)
        cmake_path(GET file PARENT_PATH folder)
        file(COPY ${from}/${file} DESTINATION ${TARGET}/${folder})
    endforeach()
endfunction()
copy(${SOURCE} ${packs})
copy(${SOURCE}/share/starling ${share})
