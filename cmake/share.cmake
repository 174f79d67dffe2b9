# cmake -D SOURCE=<source tree> -D MADE=<files> -D TARGET=<folder> -P share.cmake
# Makes TARGET hold SOURCE/packs as packs/, all of SOURCE/share/starling, and the files that the build made. Files that have not
# changed are left alone (file(COPY) compares times), files that went away from their source are removed.
file(GLOB_RECURSE packs RELATIVE ${SOURCE} ${SOURCE}/packs/*)
file(GLOB_RECURSE share RELATIVE ${SOURCE}/share/starling ${SOURCE}/share/starling/*)
file(GLOB_RECURSE stale RELATIVE ${TARGET} ${TARGET}/*)
list(REMOVE_ITEM stale ${packs} ${share})
foreach(file IN LISTS MADE)
    cmake_path(GET file FILENAME name)
    list(REMOVE_ITEM stale ${name})
    file(COPY ${file} DESTINATION ${TARGET})
endforeach()
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
